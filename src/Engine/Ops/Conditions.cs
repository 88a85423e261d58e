namespace SuTI.Engine;

/// <summary>The rules of ops that take or give conditions.</summary>
static class Conditions
{
    /// <exception cref="DTypeException">Another type than bool.</exception>
    internal static void Require(string op, Tensor condition)
    {
        if (condition.DType != DType.Bool)
            throw new DTypeException(op, "takes conditions", "bool", condition.DType.Label());
    }

    /// <summary>For backward of ops whose results are not numbers; the walk never gets there.</summary>
    internal static GradientException NotDifferentiable(string op)
        => new(op, "has no gradient: its result is not a floating-point number");
}
