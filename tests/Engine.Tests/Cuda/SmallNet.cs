using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>Group norm, self-attention over the pixels, linear layers and a residual: enough of a U-Net to train.</summary>
sealed class SmallNet(ParameterScope p)
{
    internal const int Images = 2, Side = 4, Width = 16;

    readonly Linear _in = new(p["in"], 3, Width);
    readonly GroupNorm _norm = new(p["norm"], 4, Width);
    readonly Linear _joint = new(p["qkv"], Width, 3 * Width, bias: false);
    readonly Linear _back = new(p["back"], Width, Width);
    readonly Linear _out = new(p["out"], Width, 3);

    internal static Shape Shape { get; } = [Images, Side, Side, 3];

    internal Tensor Forward(Tensor x)
    {
        var h = _in.Forward(x);
        var heads = _joint.Forward(_norm.Forward(h, silu: true)).Reshape(Images, Side * Side, 6, Width / 2).Chunk(2, 3);
        var attended = Tensor.Attention(heads[0], heads[1], heads[2]).Reshape(Images, Side, Side, Width);
        return _out.Forward(_back.Forward(attended, residual: h));
    }

    /// <summary>The mean square of what is left after denoising; computed in <paramref name="compute"/>, the loss in f32.</summary>
    internal Tensor Loss(Tensor noisy, Tensor clean, DType compute = DType.Float32)
        => (Forward(noisy.Cast(compute)).Cast(DType.Float32) - clean).Square().Mean();

    internal static (Tensor Noisy, Tensor Clean) Data(int step, Device device)
    {
        int count = (int)Shape.Length;
        float[] clean = [.. Enumerable.Range(0, count).Select(i => MathF.Sin((i * 0.7f) + step))];
        float[] noisy = [.. clean.Select((value, i) => value + (0.3f * MathF.Cos((i * i) + (3 * step))))];
        return (Tensor.From(noisy, Shape, device), Tensor.From(clean, Shape, device));
    }
}

/// <summary>A small net with all that one trains it with.</summary>
sealed class Training : IDisposable
{
    readonly DType _compute;

    internal Training(Device device, DType compute = DType.Float32, LossScale? scale = null)
    {
        (_compute, Scale) = (compute, scale);
        Store = new(device);
        Net = new(Store.Root["net"]);
        Store.Allocate(5);
        Optimizer = new AdamW(Store.Parameters, new(1e-2));
        Average = new(Store, new(Decay: 0.95));
    }

    internal ParameterStore Store { get; }

    internal SmallNet Net { get; }

    internal AdamW Optimizer { get; }

    internal Ema Average { get; }

    internal LossScale? Scale { get; }

    /// <summary>One step; the loss belongs to the caller's scope.</summary>
    internal Tensor Step(Tensor noisy, Tensor clean)
    {
        using var scope = TensorScope.Open("step");
        Optimizer.ClearGradients();
        var loss = Net.Loss(noisy, clean, _compute);
        if (Scale is null)
        {
            loss.Backward();
        }
        else
        {
            Scale.Backward(loss);
            Scale.Unscale(Optimizer.Parameters);
        }
        Optimizer.ClipGradients(1);
        Optimizer.Step(() => 1e-2 / (1 + (0.1 * Average.Steps)), Average, Scale);
        Scale?.Update();
        return scope.Keep(loss);
    }

    /// <summary>Losses of steps with data of their own.</summary>
    internal double[] Run(int steps, int first = 0)
    {
        double[] losses = new double[steps];
        for (int i = 0; i < steps; i++)
        {
            using var scope = TensorScope.Open("run");
            var (noisy, clean) = SmallNet.Data(first + i, Store.Device);
            losses[i] = Step(noisy, clean).Item();
        }
        return losses;
    }

    /// <summary>Parameters, moments and averages.</summary>
    internal float[] State() => [.. Store.Parameters.Concat(Optimizer.State.Parameters).Concat(Average.Shadow.Parameters)
        .Where(parameter => parameter.IsAllocated).SelectMany(parameter => parameter.Value.ToArray<float>())];

    public void Dispose()
    {
        Average.Dispose();
        Optimizer.Dispose();
        Store.Dispose();
    }
}
