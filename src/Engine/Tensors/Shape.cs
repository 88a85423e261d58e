using System.Collections;
using System.Runtime.CompilerServices;

namespace SuTI.Engine;

/// <summary>The lengths of a tensor's axes, outermost first; at most <see cref="MaxRank"/> of them. A scalar has none.</summary>
/// <remarks>Negative axis numbers count from the end. Written as a collection expression: <c>[2, 3]</c>.</remarks>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IEnumerable<int>
{
    /// <summary>Most axes a tensor can have.</summary>
    public const int MaxRank = 8;

    readonly Axes _axes;
    readonly long _length;

    Shape(ReadOnlySpan<int> lengths)
    {
        if (lengths.Length > MaxRank)
            throw new ShapeException("shape", "has too many axes", $"at most {MaxRank}", $"{lengths.Length}");
        long length = 1;
        for (int i = 0; i < lengths.Length; i++)
        {
            if (lengths[i] < 0)
                throw new ShapeException("shape", "has a negative length", "lengths of 0 or more", Text(lengths));
            try
            {
                length = checked(length * lengths[i]);
            }
            catch (OverflowException)
            {
                throw new ShapeException("shape", "has more elements than can be counted", "a product below 2^63",
                    Text(lengths));
            }
            _axes[i] = lengths[i];
        }
        Rank = lengths.Length;
        _length = length;
    }

    /// <summary>The shape of a single number.</summary>
    public static Shape Scalar => default;

    /// <summary>Number of axes.</summary>
    public int Rank { get; }

    /// <summary>Number of elements.</summary>
    public long Length => Rank == 0 ? 1 : _length;

    /// <summary>Length of an axis; −1 is the last.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int this[int axis] => _axes[Axis(axis)];

    /// <exception cref="ShapeException">Too many axes, a negative length, or a product that overflows.</exception>
    public static Shape Create(params ReadOnlySpan<int> lengths) => new(lengths);

    public static implicit operator Shape(int[] lengths) => new(lengths);

    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The axis number counted from the start.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int Axis(int axis)
    {
        int positive = axis < 0 ? axis + Rank : axis;
        if ((uint)positive >= (uint)Rank)
            throw new ShapeException("shape", "has no such axis", $"an axis of {this}", $"{axis}");
        return positive;
    }

    /// <summary>The same shape with one axis of another length.</summary>
    public Shape With(int axis, int length)
    {
        Span<int> lengths = stackalloc int[MaxRank];
        CopyTo(lengths);
        lengths[Axis(axis)] = length;
        return new(lengths[..Rank]);
    }

    /// <summary>Writes the lengths to the front of <paramref name="lengths"/>.</summary>
    public void CopyTo(Span<int> lengths) => ((ReadOnlySpan<int>)_axes)[..Rank].CopyTo(lengths);

    public int[] ToArray() => ((ReadOnlySpan<int>)_axes)[..Rank].ToArray();

    public bool Equals(Shape other)
        => Rank == other.Rank && ((ReadOnlySpan<int>)_axes)[..Rank].SequenceEqual(((ReadOnlySpan<int>)other._axes)[..Rank]);

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        for (int i = 0; i < Rank; i++)
            hash.Add(_axes[i]);
        return hash.ToHashCode();
    }

    public IEnumerator<int> GetEnumerator()
    {
        for (int i = 0; i < Rank; i++)
            yield return _axes[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>As it is written in messages: (2, 3).</summary>
    public override string ToString() => Text(((ReadOnlySpan<int>)_axes)[..Rank]);

    static string Text(ReadOnlySpan<int> lengths) => $"({string.Join(", ", lengths.ToArray())})";

    [InlineArray(MaxRank)]
    struct Axes
    {
        int _first;
    }
}
