using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SuTI.Kernels;

/// <summary>destination = source.</summary>
readonly unsafe struct AssignElements<T> : IElementMove<T> where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(T* source, T* destination, long sourceStep, long destinationStep, int count)
    {
        if (destinationStep == 1 && sourceStep == 1)
        {
            Unsafe.CopyBlockUnaligned(destination, source, (uint)((long)count * sizeof(T)));
        }
        else if (destinationStep == 1 && sourceStep == 0)
        {
            new Span<T>(destination, count).Fill(*source);
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                *destination = *source;
                destination += destinationStep;
                source += sourceStep;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile(T* source, T* destination, in TileSteps steps, int rows, int columns)
    {
        int done = 0; // columns that whole blocks have covered, for rows below blockRows
        int blockRows = 0;
        if (steps.SourceRow == 1 && steps.DestinationColumn == 1)
        {
            if (sizeof(T) == 4 && Avx.IsSupported && columns >= 8 && rows >= 8)
            {
                (done, blockRows) = (columns & ~7, rows & ~7);
                // Rows outside: the lines being written are then few and finished at once; those being read wait in
                // the second cache.
                for (int row = 0; row < blockRows; row += 8)
                    for (int column = 0; column < done; column += 8)
                        Transpose8x8((float*)source + column * steps.SourceColumn + row, steps.SourceColumn,
                            (float*)destination + row * steps.DestinationRow + column, steps.DestinationRow);
            }
            else if (sizeof(T) == 4 && Sse.IsSupported && columns >= 4 && rows >= 4)
            {
                (done, blockRows) = (columns & ~3, rows & ~3);
                for (int row = 0; row < blockRows; row += 4)
                    for (int column = 0; column < done; column += 4)
                        Transpose4x4((float*)source + column * steps.SourceColumn + row, steps.SourceColumn,
                            (float*)destination + row * steps.DestinationRow + column, steps.DestinationRow);
            }
            else if (sizeof(T) == 8 && Avx.IsSupported && columns >= 4 && rows >= 4)
            {
                (done, blockRows) = (columns & ~3, rows & ~3);
                for (int row = 0; row < blockRows; row += 4)
                    for (int column = 0; column < done; column += 4)
                        Transpose4x4((double*)source + column * steps.SourceColumn + row, steps.SourceColumn,
                            (double*)destination + row * steps.DestinationRow + column, steps.DestinationRow);
            }
        }
        for (int row = 0; row < rows; row++)
        {
            int first = row < blockRows ? done : 0;
            T* from = source + row * steps.SourceRow + first * steps.SourceColumn;
            T* to = destination + row * steps.DestinationRow + first * steps.DestinationColumn;
            for (int column = first; column < columns; column++)
            {
                *to = *from;
                to += steps.DestinationColumn;
                from += steps.SourceColumn;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transpose8x8(float* source, long sourceStep, float* destination, long destinationStep)
    {
        // Halves are joined while loading, so that only in-lane shuffles remain.
        var a0 = Join(source, source + 4 * sourceStep);
        var a1 = Join(source + sourceStep, source + 5 * sourceStep);
        var a2 = Join(source + 2 * sourceStep, source + 6 * sourceStep);
        var a3 = Join(source + 3 * sourceStep, source + 7 * sourceStep);
        var b0 = Join(source + 4, source + 4 + 4 * sourceStep);
        var b1 = Join(source + 4 + sourceStep, source + 4 + 5 * sourceStep);
        var b2 = Join(source + 4 + 2 * sourceStep, source + 4 + 6 * sourceStep);
        var b3 = Join(source + 4 + 3 * sourceStep, source + 4 + 7 * sourceStep);
        Quarter(a0, a1, a2, a3, destination, destinationStep);
        Quarter(b0, b1, b2, b3, destination + 4 * destinationStep, destinationStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Join(float* lower, float* upper)
        => Vector256.Create(Vector128.Load(lower), Vector128.Load(upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Quarter(Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3,
        float* destination, long step)
    {
        var even = Avx.UnpackLow(r0, r1);
        var odd = Avx.UnpackLow(r2, r3);
        Avx.Shuffle(even, odd, 0x44).Store(destination);
        Avx.Shuffle(even, odd, 0xee).Store(destination + step);
        even = Avx.UnpackHigh(r0, r1);
        odd = Avx.UnpackHigh(r2, r3);
        Avx.Shuffle(even, odd, 0x44).Store(destination + 2 * step);
        Avx.Shuffle(even, odd, 0xee).Store(destination + 3 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transpose4x4(float* source, long sourceStep, float* destination, long destinationStep)
    {
        var r0 = Vector128.Load(source);
        var r1 = Vector128.Load(source + sourceStep);
        var r2 = Vector128.Load(source + 2 * sourceStep);
        var r3 = Vector128.Load(source + 3 * sourceStep);
        var even = Sse.UnpackLow(r0, r1);
        var odd = Sse.UnpackLow(r2, r3);
        Sse.MoveLowToHigh(even, odd).Store(destination);
        Sse.MoveHighToLow(odd, even).Store(destination + destinationStep);
        even = Sse.UnpackHigh(r0, r1);
        odd = Sse.UnpackHigh(r2, r3);
        Sse.MoveLowToHigh(even, odd).Store(destination + 2 * destinationStep);
        Sse.MoveHighToLow(odd, even).Store(destination + 3 * destinationStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transpose4x4(double* source, long sourceStep, double* destination, long destinationStep)
    {
        var r0 = Vector256.Load(source);
        var r1 = Vector256.Load(source + sourceStep);
        var r2 = Vector256.Load(source + 2 * sourceStep);
        var r3 = Vector256.Load(source + 3 * sourceStep);
        var even = Avx.UnpackLow(r0, r1);
        var odd = Avx.UnpackLow(r2, r3);
        Avx.Permute2x128(even, odd, 0x20).Store(destination);
        Avx.Permute2x128(even, odd, 0x31).Store(destination + 2 * destinationStep);
        even = Avx.UnpackHigh(r0, r1);
        odd = Avx.UnpackHigh(r2, r3);
        Avx.Permute2x128(even, odd, 0x20).Store(destination + destinationStep);
        Avx.Permute2x128(even, odd, 0x31).Store(destination + 3 * destinationStep);
    }
}

/// <summary>destination += source.</summary>
readonly unsafe struct AddElements<T> : IElementMove<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(T* source, T* destination, long sourceStep, long destinationStep, int count)
    {
        if (sourceStep == 1 && destinationStep == 1)
        {
            var rows = new DenseRows(source, destination);
            Simd.Run<T, DenseRows>(ref rows, 0, count);
            return;
        }
        for (int i = 0; i < count; i++)
        {
            *destination += *source;
            destination += destinationStep;
            source += sourceStep;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile(T* source, T* destination, in TileSteps steps, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            T* from = source + row * steps.SourceRow;
            T* to = destination + row * steps.DestinationRow;
            for (int column = 0; column < columns; column++)
            {
                *to += *from;
                to += steps.DestinationColumn;
                from += steps.SourceColumn;
            }
        }
    }

    readonly struct DenseRows(void* source, void* destination) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, TScalar>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, TScalar>
            where TScalar : unmanaged, IBinaryFloatingPointIeee754<TScalar>
        {
            TScalar* from = (TScalar*)source;
            TScalar* to = (TScalar*)destination;
            int i = begin;
            for (; i <= end - TVector.Count; i += TVector.Count)
                TVector.Store(TVector.Load(to + i) + TVector.Load(from + i), to + i);
            for (; i < end; i++)
                to[i] += from[i];
        }
    }
}
