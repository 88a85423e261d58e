using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary>Random inputs of workloads.</summary>
static class Inputs
{
    internal static Tensor Normal(Device device, ulong which, params ReadOnlySpan<int> shape)
        => Tensor.Normal(Shape.Create(shape), new RandomKey(which, 0), device: device);

    /// <summary>Runs an op in a scope of its own and drops the result.</summary>
    internal static Action Once(Func<Tensor> run) => () =>
    {
        using var scope = TensorScope.Open("run");
        run();
    };
}
