using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary>Random inputs of workloads.</summary>
static class Inputs
{
    internal static Tensor Normal(BenchPlace place, ulong which, params ReadOnlySpan<int> shape)
    {
        using var scope = TensorScope.Open("inputs");
        var drawn = Tensor.Normal(Shape.Create(shape), new RandomKey(which, 0), device: place.Device);
        return scope.Keep(place.DType == DType.Float32 ? drawn : drawn.Cast(place.DType));
    }

    /// <summary>A gain and a bias.</summary>
    internal static (Tensor Weight, Tensor Bias) Affine(BenchPlace place, int width)
        => (Tensor.Ones([width], place.DType, place.Device), Tensor.Zeros([width], place.DType, place.Device));

    /// <summary>Runs an op in a scope of its own and drops the result.</summary>
    internal static Action Once(Func<Tensor> run) => () =>
    {
        using var scope = TensorScope.Open("run");
        run();
    };

    /// <summary>Runs an op forward and backward and drops the result and the gradients.</summary>
    internal static Action WithGradients(Func<Tensor> run, Tensor dy, params Tensor[] inputs)
    {
        foreach (var input in inputs)
            input.RequiresGradient = true;
        return () =>
        {
            using var scope = TensorScope.Open("run");
            run().Backward(dy);
            foreach (var input in inputs)
                input.ClearGradient();
        };
    }
}
