using System.Diagnostics;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;
using SuTI.Model.Folders;
using SuTI.Model.Unet;

namespace SuTI.Model.Benchmarks;

/// <summary>What a U-Net's folder gave here beside what a peer has written into it.</summary>
/// <param name="Load">How its weights were read.</param>
/// <param name="RelativeError">‖ours − theirs‖ / ‖theirs‖ of the output.</param>
/// <param name="Seconds">Of each forward pass after the first, sorted.</param>
/// <param name="Losses">Of training steps: ours, and theirs.</param>
/// <param name="PeakBytes">Alive on the device at once.</param>
public sealed record UnetComparisonResult(long Parameters, int Batch, LoadReport Load, double RelativeError,
    double FirstSeconds, IReadOnlyList<double> Seconds, IReadOnlyList<(double Ours, double Theirs)> Losses, long PeakBytes);

/// <summary>
/// Runs a U-Net from a folder that scripts/peers/unet_export.py wrote: the same weights and inputs as a peer's run, whose
/// output and losses lie beside them.
/// </summary>
public static class UnetComparison
{
    const double LearningRate = 1e-4;

    /// <param name="dtype">What activations are stored in; weights are f32.</param>
    /// <param name="runs">Forward passes to time, after one that is not.</param>
    /// <exception cref="SutiException">The folder is not such a one.</exception>
    public static UnetComparisonResult Run(string folder, Device device, DType dtype, int runs)
    {
        using var scope = TensorScope.Open("unet");
        using var store = new ParameterStore(device);
        var unet = new ConditionalUnet(store.Root,
            UnetConfigReader.Read(JsonConfig.Open(Path.Combine(folder, "config.json"))));
        var load = store.Load(Path.Combine(folder, "diffusion_pytorch_model.safetensors"));
        using var io = SafetensorsFile.Open(Path.Combine(folder, "io.safetensors"));
        var x = Images(io, "in.sample", device).Cast(dtype);
        double[] times = Array.ConvertAll(io.ReadInt64("in.timestep"), value => (double)value);
        var context = io.ReadTensor("in.encoder_hidden_states").To(device).Cast(dtype);
        var signal = unet.TimeSignal(times, x.Shape[0], device);

        var expected = Images(io, "out.sample", device);
        var seconds = new List<double>();
        double error = 0;
        for (int run = 0; run <= runs; run++)
        {
            using var inner = TensorScope.Open("run");
            using var noGradient = GradientMode.Disable();
            long begun = Stopwatch.GetTimestamp();
            var y = unet.Forward(x, signal, context, contextMask: null, level: null);
            (device as CudaDevice)?.Synchronize();
            seconds.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds);
            if (run == 0)
                error = Gap(y.Cast(DType.Float32), expected);
        }
        var losses = io.Contains("out.losses")
            ? Train(store, () => unet.Forward(x, signal, context, contextMask: null, level: null), x,
                io.ReadTensor("out.losses").ToDoubles())
            : [];
        return new(store.Count, x.Shape[0], load, error, seconds[0], [.. seconds.Skip(1).Order()], losses,
            device.Memory.PeakBytes);
    }

    static List<(double, double)> Train(ParameterStore store, Func<Tensor> forward, Tensor x, double[] expected)
    {
        using var optimizer = new AdamW(store.Trainable);
        var target = x.Cast(DType.Float32);
        var losses = new List<(double, double)>();
        foreach (double theirs in expected)
        {
            using var scope = TensorScope.Open("step");
            store.ClearGradients();
            var y = forward();
            var loss = y.Slice(3, 0, x.Shape[3]).Cast(DType.Float32).Mse(target);
            loss.Backward();
            optimizer.Step(LearningRate);
            losses.Add((loss.Item(), theirs));
        }
        return losses;
    }

    static Tensor Images(SafetensorsFile io, string name, Device device)
        => io.ReadTensor(name).Permute(0, 2, 3, 1).Contiguous().To(device);

    static double Gap(Tensor ours, Tensor theirs)
    {
        double[] a = ours.ToDoubles(), b = theirs.ToDoubles();
        double gap = 0, norm = 0;
        for (int i = 0; i < a.Length; i++)
        {
            gap += (a[i] - b[i]) * (a[i] - b[i]);
            norm += b[i] * b[i];
        }
        return Math.Sqrt(gap / norm);
    }
}

static class SafetensorsReading
{
    /// <summary>An f32 tensor on the processor.</summary>
    internal static Tensor ReadTensor(this SafetensorsFile file, string name)
        => Tensor.From(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Bytes(file, name, SafetensorsType.F32)),
            Shape.Create([.. file.Entry(name).Shape.Select(length => (int)length)]));

    internal static long[] ReadInt64(this SafetensorsFile file, string name)
        => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(Bytes(file, name, SafetensorsType.I64)).ToArray();

    static Span<byte> Bytes(SafetensorsFile file, string name, SafetensorsType type)
    {
        var entry = file.Entry(name);
        if (entry.Type != type)
            throw new CheckpointException(file.Path, "a tensor has another type", $"{type}", $"{entry.Type}", name);
        byte[] bytes = new byte[entry.ByteCount];
        file.ReadInto(name, bytes);
        return bytes;
    }
}
