using System.Globalization;

namespace SuTI.Engine;

/// <summary>Looks at every result and gradient of this thread and throws at the first NaN or infinity.</summary>
public static class NonFiniteGuard
{
    [ThreadStatic]
    static bool s_enabled;

    public static bool IsEnabled => s_enabled;

    /// <summary>Guards until the result is disposed: <c>using var guard = NonFiniteGuard.Enable();</c></summary>
    public static Restore Enable() => Set(enabled: true);

    /// <exception cref="NonFiniteException">There is a NaN or an infinity.</exception>
    internal static void Check(Tensor tensor, string subject, ReadOnlySpan<Tensor> inputs)
    {
        if (!tensor.Device.Computes(tensor.DType))
            return;
        string where = TensorScope.Current?.Path ?? "none";
        using var scope = TensorScope.Open("guard");
        using var noGradient = GradientMode.Disable();
        using var unguarded = Set(enabled: false);
        var values = tensor.ContiguousValues();
        long index = values.Device.FirstNonFinite(values);
        if (index < 0)
            return;
        double value = values.Flatten().Slice(0, (int)index, 1).Item();
        var shapes = new List<string>();
        foreach (var input in inputs)
            shapes.Add(input.ToString());
        string from = shapes.Count == 0 ? "" : $" from {string.Join(", ", shapes)}";
        throw new NonFiniteException(subject, $"the first value that is not finite arose here, in scope {where}",
            "finite values", string.Create(CultureInfo.InvariantCulture, $"{value} at element {index} of {tensor}{from}"));
    }

    internal static void CheckGradients(Op op)
    {
        for (int i = 0; i < op.Edges.Length; i++)
        {
            if (op.Edges[i].NeedsGradient && Gradients.Get(op.Edges[i]) is { } gradient)
                Check(gradient, $"backward of {op.Name}, gradient of input {i}", []);
        }
    }

    static Restore Set(bool enabled)
    {
        var restore = new Restore(s_enabled);
        s_enabled = enabled;
        return restore;
    }

    /// <summary>Puts the guard back as it was.</summary>
    public readonly ref struct Restore
    {
        readonly bool _enabled;

        internal Restore(bool enabled) => _enabled = enabled;

        public void Dispose() => s_enabled = _enabled;
    }
}
