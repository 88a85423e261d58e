using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// The loops of an N-d element movement, put in the order that suits memory: axes of length 1 dropped, the
/// destination's densest axis innermost, neighbouring axes merged where both sides run on without a gap.
/// </summary>
/// <remarks>
/// Axes on which the destination does not move (an accumulation into repeated elements) are kept apart in front: they
/// are summed inside one chunk, so no two chunks write the same element.
/// </remarks>
struct StridedLoop
{
    public const int MaxRank = 8;

    /// <summary>Axes left; the last is the row.</summary>
    public int Rank;

    /// <summary>How many of the first axes have destination stride 0.</summary>
    public int Repeats;

    public Lengths Sizes;
    public Steps Source;
    public Steps Destination;

    /// <summary>Whether there is nothing to move.</summary>
    public bool IsEmpty;

    public StridedLoop(ReadOnlySpan<int> sizes, ReadOnlySpan<long> source, ReadOnlySpan<long> destination)
    {
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            IsEmpty |= sizes[axis] == 0;
            if (sizes[axis] != 1)
                Insert(sizes[axis], source[axis], destination[axis]);
        }
        Merge();
        while (Repeats < Rank && Destination[Repeats] == 0)
            Repeats++;
        if (Repeats == Rank)
            Append(1, 1, 1);
    }

    // Insertion sort: repeated axes first, then falling destination stride, then falling source stride.
    void Insert(int size, long source, long destination)
    {
        int at = Rank;
        while (at > 0 && Precedes(source, destination, Source[at - 1], Destination[at - 1]))
            at--;
        Append(size, source, destination);
        for (int i = Rank - 1; i > at; i--)
        {
            Sizes[i] = Sizes[i - 1];
            Source[i] = Source[i - 1];
            Destination[i] = Destination[i - 1];
        }
        Sizes[at] = size;
        Source[at] = source;
        Destination[at] = destination;
    }

    static bool Precedes(long source, long destination, long otherSource, long otherDestination)
    {
        if (destination == otherDestination)
            return source > otherSource;
        return destination == 0 || (otherDestination != 0 && destination > otherDestination);
    }

    void Append(int size, long source, long destination)
    {
        Sizes[Rank] = size;
        Source[Rank] = source;
        Destination[Rank] = destination;
        Rank++;
    }

    void Merge()
    {
        if (IsEmpty || Rank == 0)
            return;
        int kept = 0;
        for (int i = 1; i < Rank; i++)
        {
            bool runsOn = Source[kept] == Source[i] * Sizes[i] && Destination[kept] == Destination[i] * Sizes[i];
            if (runsOn && (long)Sizes[kept] * Sizes[i] <= int.MaxValue)
            {
                Sizes[kept] *= Sizes[i];
            }
            else
            {
                kept++;
                Sizes[kept] = Sizes[i];
            }
            Source[kept] = Source[i];
            Destination[kept] = Destination[i];
        }
        Rank = kept + 1;
    }

    /// <summary>
    /// The axis along which the source is denser than along the row, so that rows should be done in two-dimensional
    /// tiles; −1 if the row already suits both sides.
    /// </summary>
    public readonly int TileAxis
    {
        get
        {
            int row = Rank - 1;
            int best = -1;
            for (int axis = Repeats; axis < row; axis++)
            {
                bool denser = Source[axis] != 0 && Source[axis] < (best < 0 ? Source[row] : Source[best]);
                best = denser ? axis : best;
            }
            return best;
        }
    }

    [InlineArray(MaxRank + 1)]
    public struct Lengths
    {
        int _first;
    }

    [InlineArray(MaxRank + 1)]
    public struct Steps
    {
        long _first;
    }
}
