namespace SuTI.Engine;

/// <summary>One input of a recorded op: what it was, and where its gradient goes.</summary>
/// <param name="Producer">The op whose result the input was.</param>
/// <param name="Leaf">Or the leaf it was; if both are null, no gradient is wanted.</param>
readonly record struct Edge(Shape Shape, DType DType, Device Device, Op? Producer, Leaf? Leaf)
{
    internal bool NeedsGradient => Producer is not null || Leaf is { IsClosed: false };
}
