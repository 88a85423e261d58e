using System.Runtime.InteropServices;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Engine.Layers;

namespace SuTI.Model.Benchmarks;

/// <summary>How far one tensor of the engine is from a peer's.</summary>
/// <param name="RelativeError">‖ours − theirs‖ / ‖theirs‖.</param>
public sealed record TensorGap(string Name, double RelativeError);

/// <summary>
/// Compares <see cref="TinyUnet"/> with a peer's run of it, written by scripts/peers/export_tiny_unet.py: output, loss and the gradient of
/// every parameter.
/// </summary>
public static class TinyUnetCheck
{
    const string GradientPrefix = "grad.";

    /// <summary>The gaps, the largest first.</summary>
    /// <exception cref="CheckpointException">The file is not such a record.</exception>
    public static IReadOnlyList<TensorGap> Run(string file, Device device)
    {
        using var scope = TensorScope.Open("verify");
        using var checkpoint = SafetensorsCheckpoint.Open(file);
        using var store = new ParameterStore(device);
        using var gradients = new ParameterStore(device);
        var unet = new TinyUnet(store.Root);
        _ = new TinyUnet(gradients.Root);
        store.Load(checkpoint, new() { Rename = name => IsWeight(name) ? name : null });
        gradients.Load(checkpoint, new()
        {
            Rename = name => name.StartsWith(GradientPrefix, StringComparison.Ordinal) ? name[GradientPrefix.Length..] : null,
        });

        int[] timesteps = Array.ConvertAll(Read<long>(checkpoint, "in.t"), t => (int)t);
        var y = unet.Forward(Image(checkpoint, "in.x", device), TinyUnet.TimeEmbedding(timesteps, device), Plain(checkpoint, "in.context", device));
        var loss = y.Mse(Image(checkpoint, "in.target", device));
        var gaps = new List<TensorGap>
        {
            Gap("out.y", y.ToDoubles(), Image(checkpoint, "out.y", device).ToDoubles()),
            Gap("out.loss", loss.ToDoubles(), Plain(checkpoint, "out.loss", device).ToDoubles()),
        };
        loss.Backward();
        foreach (var parameter in store.Parameters)
            gaps.Add(Gap(GradientPrefix + parameter.Path, parameter.Gradient!.ToDoubles(), gradients[parameter.Path].Value.ToDoubles()));
        return [.. gaps.OrderByDescending(gap => gap.RelativeError)];
    }

    static bool IsWeight(string name)
        => !name.StartsWith("in.", StringComparison.Ordinal) && !name.StartsWith("out.", StringComparison.Ordinal)
            && !name.StartsWith(GradientPrefix, StringComparison.Ordinal);

    static T[] Read<T>(SafetensorsCheckpoint checkpoint, string name) where T : unmanaged
    {
        var values = new T[checkpoint.Entry(name).ElementCount];
        checkpoint.ReadInto(name, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    static Tensor Plain(SafetensorsCheckpoint checkpoint, string name, Device device)
        => Tensor.From(Read<float>(checkpoint, name), checkpoint.Entry(name).Shape.Select(length => (int)length).ToArray(), device);

    // Peers store images channels-first.
    static Tensor Image(SafetensorsCheckpoint checkpoint, string name, Device device)
        => Plain(checkpoint, name, device).Permute(0, 2, 3, 1).Contiguous();

    static TensorGap Gap(string name, double[] ours, double[] theirs)
    {
        double gap = 0, norm = 0;
        for (int i = 0; i < theirs.Length; i++)
        {
            gap += (ours[i] - theirs[i]) * (ours[i] - theirs[i]);
            norm += theirs[i] * theirs[i];
        }
        return new(name, Math.Sqrt(gap / Math.Max(norm, 1e-300)));
    }
}
