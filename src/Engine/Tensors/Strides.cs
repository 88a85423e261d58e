using System.Runtime.CompilerServices;

namespace SuTI.Engine;

/// <summary>Distances, in elements, between neighbours along each axis; 0 repeats an element.</summary>
public readonly struct Strides
{
    readonly Steps _steps;

    Strides(ReadOnlySpan<long> steps)
    {
        steps.CopyTo(_steps);
        Rank = steps.Length;
    }

    public int Rank { get; }

    public long this[int axis] => _steps[axis < 0 ? axis + Rank : axis];

    public static Strides Create(ReadOnlySpan<long> steps) => new(steps);

    /// <summary>The strides of row-major storage without gaps.</summary>
    public static Strides RowMajor(Shape shape)
    {
        Span<long> steps = stackalloc long[Shape.MaxRank];
        long step = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            steps[axis] = step;
            step *= shape[axis];
        }
        return new(steps[..shape.Rank]);
    }

    public void CopyTo(Span<long> steps) => ((ReadOnlySpan<long>)_steps)[..Rank].CopyTo(steps);

    /// <summary>Whether elements of <paramref name="shape"/> lie in row-major order without gaps.</summary>
    public bool AreRowMajor(Shape shape)
    {
        if (shape.Length == 0)
            return true;
        long step = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            if (shape[axis] != 1 && _steps[axis] != step)
                return false;
            step *= shape[axis];
        }
        return true;
    }

    public override string ToString() => $"({string.Join(", ", ((ReadOnlySpan<long>)_steps)[..Rank].ToArray())})";

    [InlineArray(Shape.MaxRank)]
    struct Steps
    {
        long _first;
    }
}
