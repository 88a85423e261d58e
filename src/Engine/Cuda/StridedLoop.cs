using System.Runtime.CompilerServices;

namespace SuTI.Engine.Cuda;

/// <summary>
/// How kernels walk views of one shape (strided.cuh has the same struct): axes that lie without gaps in all of them are one, and
/// axes of length 1 are left out.
/// </summary>
struct StridedLoop
{
    internal const int MaxRank = 8;

    internal int Rank;
    internal uint Count;
    internal Sizes Lengths;
    internal Steps A, B, C;

    /// <summary>A loop over up to three views of one shape.</summary>
    /// <exception cref="ShapeException">More elements than a kernel counts.</exception>
    internal static StridedLoop Of(Tensor a, Tensor? b = null, Tensor? c = null)
    {
        if (a.Shape.Length > int.MaxValue)
            throw new ShapeException("cuda", "is too large for one kernel", $"at most {int.MaxValue} elements", $"{a.Shape.Length} of {a.Shape}");
        var loop = new StridedLoop { Count = (uint)a.Shape.Length };
        for (int axis = 0; axis < a.Shape.Rank; axis++)
        {
            int length = a.Shape[axis];
            if (length == 1)
                continue;
            long stepA = a.Strides[axis], stepB = b?.Strides[axis] ?? 0, stepC = c?.Strides[axis] ?? 0;
            int last = loop.Rank - 1;
            bool merges = last >= 0 && loop.A[last] == stepA * length && loop.B[last] == stepB * length && loop.C[last] == stepC * length;
            if (!merges)
                loop.Lengths[++last] = 1;
            loop.Lengths[last] *= length;
            (loop.A[last], loop.B[last], loop.C[last]) = (stepA, stepB, stepC);
            loop.Rank = last + 1;
        }
        return loop;
    }

    /// <summary>Steps along the last axis: what follows an element in each view.</summary>
    internal readonly (int A, int B, int C) LastSteps
        => Rank == 0 ? default : (Narrow(A[Rank - 1]), Narrow(B[Rank - 1]), Narrow(C[Rank - 1]));

    /// <summary>Accesses of <paramref name="elements"/> neighbours that cover the shape without crossing a row's end; 0 if they cannot.</summary>
    internal readonly uint Packs(int elements)
        => Rank > 1 && Lengths[Rank - 1] % elements != 0 ? 0 : Count / (uint)elements;

    /// <summary>
    /// Whether every such access finds the elements of a view side by side and aligned, or, along a repeated axis, finds one.
    /// </summary>
    internal readonly bool Aligns(in Steps steps, Tensor view, int elements)
    {
        long last = Rank == 0 ? 0 : steps[Rank - 1];
        if (last != 1)
            return last == 0;
        for (int axis = 0; axis < Rank - 1; axis++)
        {
            if (steps[axis] % elements != 0)
                return false;
        }
        return Packed.IsAligned(view, elements * view.DType.Size());
    }

    // Steps that do not fit are no steps of packs, which alone ask.
    static int Narrow(long step) => step is 0 or 1 ? (int)step : -1;

    [InlineArray(MaxRank)]
    internal struct Sizes
    {
        int _first;
    }

    [InlineArray(MaxRank)]
    internal struct Steps
    {
        long _first;
    }
}
