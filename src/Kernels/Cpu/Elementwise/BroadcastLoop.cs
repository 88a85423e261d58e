namespace SuTI.Kernels;

/// <summary>
/// The loops of an elementwise operation that reads up to three broadcast views and writes in row-major order: axes of length 1
/// dropped, neighbouring axes merged where every view runs on without a gap. The last axis left is the row.
/// </summary>
struct BroadcastLoop
{
    public int Rank;
    public StridedLoop.Lengths Sizes;
    public StridedLoop.Steps A;
    public StridedLoop.Steps B;
    public StridedLoop.Steps C;

    /// <summary>Elements of the result.</summary>
    public int Count;

    /// <exception cref="ArgumentException">More than 8 axes, a rank that differs, a negative stride, a view that leaves its span.</exception>
    public BroadcastLoop(int outputLength, ReadOnlySpan<int> sizes, View a, View b, View c)
    {
        if (sizes.Length > StridedLoop.MaxRank)
            throw new ArgumentException($"elementwise: at most {StridedLoop.MaxRank} axes; got {sizes.Length}.", nameof(sizes));
        long count = 1;
        foreach (int size in sizes)
            count = checked(count * size);
        if (count != outputLength)
            throw new ArgumentException($"elementwise: the sizes give {count} elements; the output has {outputLength}.", nameof(sizes));
        Count = outputLength;
        a.Check(sizes, "a");
        b.Check(sizes, "b");
        c.Check(sizes, "c");
        if (Count == 0)
            return;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (sizes[axis] != 1)
                Append(sizes[axis], a.Strides[axis], b.Strides[axis], c.Strides[axis]);
        }
        if (Rank == 0)
            Append(1, 1, 1, 1);
    }

    /// <summary>One row of <paramref name="count"/> elements; a view of one element repeats.</summary>
    public BroadcastLoop(int count, int lengthA, int lengthB, int lengthC)
    {
        Count = count;
        if (count > 0)
            Append(count, Step(count, lengthA, "a"), Step(count, lengthB, "b"), Step(count, lengthC, "c"));
    }

    static long Step(int count, int length, string name)
    {
        if (length == count)
            return 1;
        return length == 1
            ? 0
            : throw new ArgumentException($"elementwise: {name} must have {count} elements or 1; it has {length}.");
    }

    void Append(int size, long a, long b, long c)
    {
        int last = Rank - 1;
        bool runsOn = last >= 0 && A[last] == a * size && B[last] == b * size && C[last] == c * size;
        if (!runsOn)
        {
            last = Rank++;
            Sizes[last] = 1;
        }
        Sizes[last] *= size;
        A[last] = a;
        B[last] = b;
        C[last] = c;
    }

    /// <summary>A strided view into a span; strides count elements, 0 repeats.</summary>
    public readonly ref struct View(ReadOnlySpan<long> strides, int spanLength)
    {
        public ReadOnlySpan<long> Strides { get; } = strides;

        public void Check(ReadOnlySpan<int> sizes, string name)
        {
            if (Strides.Length != sizes.Length)
                throw new ArgumentException($"elementwise: {name} has {Strides.Length} strides for {sizes.Length} axes.");
            long last = 0;
            bool isEmpty = false;
            for (int axis = 0; axis < sizes.Length; axis++)
            {
                if (Strides[axis] < 0)
                    throw new ArgumentException($"elementwise: {name} has the negative stride {Strides[axis]}.");
                isEmpty |= sizes[axis] == 0;
                last += (sizes[axis] - 1) * Strides[axis];
            }
            if (!isEmpty && last >= spanLength)
                throw new ArgumentException($"elementwise: {name} reaches element {last}; its span has {spanLength}.");
        }
    }

    /// <summary>Where the row of one output element begins in each view.</summary>
    public unsafe ref struct Cursor
    {
        fixed int _index[StridedLoop.MaxRank];
        readonly ref readonly BroadcastLoop _loop;

        public long A;
        public long B;
        public long C;

        /// <summary>Position of the element within its row.</summary>
        public int Column;

        public Cursor(ref readonly BroadcastLoop loop, int element)
        {
            _loop = ref loop;
            int row = loop.Rank - 1;
            Column = element % loop.Sizes[row];
            int rest = element / loop.Sizes[row];
            for (int axis = row - 1; axis >= 0; axis--)
            {
                int at = rest % loop.Sizes[axis];
                rest /= loop.Sizes[axis];
                _index[axis] = at;
                A += at * loop.A[axis];
                B += at * loop.B[axis];
                C += at * loop.C[axis];
            }
        }

        /// <summary>Goes to the beginning of the next row.</summary>
        public void NextRow()
        {
            Column = 0;
            for (int axis = _loop.Rank - 2; axis >= 0; axis--)
            {
                A += _loop.A[axis];
                B += _loop.B[axis];
                C += _loop.C[axis];
                if (++_index[axis] < _loop.Sizes[axis])
                    return;
                _index[axis] = 0;
                A -= _loop.A[axis] * _loop.Sizes[axis];
                B -= _loop.B[axis] * _loop.Sizes[axis];
                C -= _loop.C[axis] * _loop.Sizes[axis];
            }
        }
    }
}
