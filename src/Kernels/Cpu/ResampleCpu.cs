using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Resampling of images (N, H, W, C) along both axes, with any two <see cref="ResampleAxis"/>.</summary>
/// <remarks>
/// Two passes, one an axis, in the order that makes the image between them smaller; each output is a chain of
/// multiply-adds in the order of its inputs. Where both axes only select (nearest), pixels are copied in one pass.
/// </remarks>
public static unsafe class ResampleCpu
{
    const int Grain = 32768;

    /// <summary>Elements of the image between the two passes; 0 where one pass does.</summary>
    public static int WorkspaceLength(int batch, int channels, ResampleAxis rows, ResampleAxis columns)
        => OnePass(rows, columns) ? 0
            : checked(batch * channels * (RowsFirst(rows, columns)
                ? rows.OutputLength * columns.InputLength
                : rows.InputLength * columns.OutputLength));

    /// <summary>y = rows · x · columnsᵀ for each sample and channel.</summary>
    /// <param name="pool">Threads.</param>
    /// <param name="x">(N, H, W, C) with the axes' input lengths.</param>
    /// <param name="y">(N, H', W', C) with the axes' output lengths.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> elements.</param>
    /// <param name="batch">N.</param>
    /// <param name="channels">C.</param>
    /// <param name="rows">The H axis.</param>
    /// <param name="columns">The W axis.</param>
    /// <exception cref="ArgumentException">A span does not have the length that the axes ask for.</exception>
    public static void Forward<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, Span<T> workspace, int batch,
        int channels, ResampleAxis rows, ResampleAxis columns) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long samples = (long)batch * channels;
        bool fits = x.Length == samples * rows.InputLength * columns.InputLength
            && y.Length == samples * rows.OutputLength * columns.OutputLength;
        if (!fits)
            throw new ArgumentException(
                $"resample: {batch} × {channels} images of {rows.InputLength} × {columns.InputLength} to "
                + $"{rows.OutputLength} × {columns.OutputLength} do not match {x.Length} and {y.Length} elements.");
        int needed = WorkspaceLength(batch, channels, rows, columns);
        if (workspace.Length < needed)
            throw new ArgumentException(
                $"resample: the workspace needs {needed} elements; got {workspace.Length}.");
        if (y.IsEmpty)
            return;
        if (rows.IsSelection && columns.IsSelection)
        {
            Select(pool, x, y, batch, channels, rows, columns);
            return;
        }
        if (columns.IsIdentity)
        {
            Pass(pool, x, y, batch, channels * columns.InputLength, rows);
        }
        else if (rows.IsIdentity)
        {
            Pass(pool, x, y, batch * rows.InputLength, channels, columns);
        }
        else
        {
            var between = workspace[..needed];
            if (RowsFirst(rows, columns))
            {
                Pass(pool, x, between, batch, channels * columns.InputLength, rows);
                Pass<T>(pool, between, y, batch * rows.OutputLength, channels, columns);
            }
            else
            {
                Pass(pool, x, between, batch * rows.InputLength, channels, columns);
                Pass<T>(pool, between, y, batch, channels * columns.OutputLength, rows);
            }
        }
    }

    /// <summary>dx = rowsᵀ · dy · columns: the gradient of <see cref="Forward"/>, with the same axes; dx is
    /// overwritten.</summary>
    /// <param name="pool">Threads.</param>
    /// <param name="dy">(N, H', W', C).</param>
    /// <param name="dx">(N, H, W, C).</param>
    /// <param name="workspace">As many elements as <see cref="BackwardWorkspaceLength"/> says.</param>
    /// <param name="batch">N.</param>
    /// <param name="channels">C.</param>
    /// <param name="rows">The H axis of the forward pass.</param>
    /// <param name="columns">The W axis of the forward pass.</param>
    /// <exception cref="ArgumentException">A span does not have the length that the axes ask for.</exception>
    public static void Backward<T>(WorkerPool pool, ReadOnlySpan<T> dy, Span<T> dx, Span<T> workspace, int batch,
        int channels, ResampleAxis rows, ResampleAxis columns) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Forward(pool, dy, dx, workspace, batch, channels, rows.Transposed, columns.Transposed);

    /// <summary>Elements of workspace for <see cref="Backward"/>.</summary>
    public static int BackwardWorkspaceLength(int batch, int channels, ResampleAxis rows, ResampleAxis columns)
        => WorkspaceLength(batch, channels, rows.Transposed, columns.Transposed);

    static bool OnePass(ResampleAxis rows, ResampleAxis columns)
        => rows.IsIdentity || columns.IsIdentity || (rows.IsSelection && columns.IsSelection);

    static bool RowsFirst(ResampleAxis rows, ResampleAxis columns)
        => (long)rows.OutputLength * columns.InputLength < (long)rows.InputLength * columns.OutputLength;

    static void Pass<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, int outer, int inner, ResampleAxis axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int grain = Math.Max(1, Grain / inner);
        fixed (T* from = x, to = y)
        fixed (int* starts = axis.Starts, offsets = axis.Offsets)
        fixed (float* single = axis.WeightsSingle)
        fixed (double* weights = axis.Weights)
            Simd.For<T, WeightedRows>(pool, checked(outer * axis.OutputLength), grain, new WeightedRows(from, to,
                typeof(T) == typeof(float) ? single : weights, starts, offsets, axis.InputLength, axis.OutputLength,
                    inner));
    }

    static void Select<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, int batch, int channels, ResampleAxis rows,
        ResampleAxis columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int grain = Math.Max(1, Grain / (columns.OutputLength * channels));
        fixed (T* from = x, to = y)
        fixed (int* row = rows.Starts, column = columns.Starts)
            Simd.For<T, SelectedRows>(pool, batch * rows.OutputLength, grain, new SelectedRows(from, to, row, column,
                rows.InputLength, rows.OutputLength, columns.InputLength, columns.OutputLength, channels));
    }

    /// <summary>x (outer, input, inner) to y (outer, output, inner); the unit is one row of <c>inner</c> elements of
    /// y.</summary>
    readonly struct WeightedRows(void* x, void* y, void* weights, int* starts, int* offsets, int input, int output,
        int inner) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int row = begin; row < end; row++)
            {
                (int outer, int i) = Math.DivRem(row, output);
                T* from = (T*)x + ((long)outer * input + starts[i]) * inner;
                T* to = (T*)y + (long)row * inner;
                T* w = (T*)weights + offsets[i];
                int taps = offsets[i + 1] - offsets[i];
                int j = 0;
                for (; j <= inner - 2 * TVector.Count; j += 2 * TVector.Count)
                {
                    var sum0 = TVector.Zero;
                    var sum1 = TVector.Zero;
                    T* tap = from + j;
                    for (int t = 0; t < taps; t++, tap += inner)
                    {
                        var weight = TVector.Create(w[t]);
                        sum0 = TVector.Fma(weight, TVector.Load(tap), sum0);
                        sum1 = TVector.Fma(weight, TVector.Load(tap + TVector.Count), sum1);
                    }
                    TVector.Store(sum0, to + j);
                    TVector.Store(sum1, to + j + TVector.Count);
                }
                for (; j < inner; j += TVector.Count)
                {
                    int count = Math.Min(TVector.Count, inner - j);
                    var sum = TVector.Zero;
                    T* tap = from + j;
                    for (int t = 0; t < taps; t++, tap += inner)
                        sum = TVector.Fma(TVector.Create(w[t]),
                            count == TVector.Count ? TVector.Load(tap) : TVector.LoadPartial(tap, count), sum);
                    if (count == TVector.Count)
                        TVector.Store(sum, to + j);
                    else
                        TVector.StorePartial(sum, to + j, count);
                }
            }
        }
    }

    /// <summary>Both axes select; the unit is one image row of y.</summary>
    readonly struct SelectedRows(void* x, void* y, int* rowStarts, int* columnStarts, int inputRows, int outputRows,
        int inputColumns, int outputColumns, int channels) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            long width = (long)outputColumns * channels;
            long previous = -1;
            for (int row = begin; row < end; row++)
            {
                (int sample, int i) = Math.DivRem(row, outputRows);
                long source = (long)sample * inputRows + rowStarts[i];
                T* from = (T*)x + source * inputColumns * channels;
                T* to = (T*)y + row * width;
                // A row that was enlarged just before is copied whole.
                if (source == previous)
                    Unsafe.CopyBlockUnaligned(to, to - width, (uint)(width * sizeof(T)));
                else
                    Pixels<TVector, T>(from, to);
                previous = source;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Pixels<TVector, T>(T* from, T* to)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int column = 0; column < outputColumns; column++, to += channels)
            {
                T* pixel = from + (long)columnStarts[column] * channels;
                int c = 0;
                for (; c <= channels - TVector.Count; c += TVector.Count)
                    TVector.Store(TVector.Load(pixel + c), to + c);
                for (; c < channels; c++)
                    to[c] = pixel[c];
            }
        }
    }
}
