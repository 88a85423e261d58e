using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;
using SuTI.Model.Unet;

namespace SuTI.Model.Benchmarks;

/// <summary>
/// <c>sd15_fwd_bB</c>, <c>sd15_train_bB</c> and the same of <c>pixel64</c>, under CUDA as captured graphs too
/// (<c>…_graph</c>): whole diffusion U-Nets, and training steps with AdamW and an average of the weights.
/// </summary>
static class DiffusionWorkloads
{
    internal static IEnumerable<Workload> All()
    {
        foreach (var (name, config) in new[] { ("sd15", DiffusionUnets.Sd15), ("pixel64", DiffusionUnets.Pixel64) })
        {
            foreach (int batch in new[] { 1, 2, 8, 16 })
            {
                yield return Forward($"{name}_fwd_b{batch}", config, batch, isGraph: false);
                yield return Forward($"{name}_fwd_b{batch}_graph", config, batch, isGraph: true);
            }
            foreach (int batch in new[] { 8, 16 })
            {
                yield return Train($"{name}_train_b{batch}", config, batch, isGraph: false);
                yield return Train($"{name}_train_b{batch}_graph", config, batch, isGraph: true);
            }
        }
    }

    static Workload Forward(string name, UnetConfig config, int batch, bool isGraph) => new(name, place =>
    {
        var run = new UnetRun(place, config, batch);
        return Timed(place, run, isGraph, () =>
        {
            using var noGradient = GradientMode.Disable();
            run.Forward();
        });
    })
    { IsHeavy = true };

    static Workload Train(string name, UnetConfig config, int batch, bool isGraph) => new(name, place =>
    {
        var run = new UnetRun(place, config, batch);
        var trainer = new Trainer(run);
        return Timed(place, run, isGraph, trainer.Step, trainer);
    })
    { IsHeavy = true };

    static Prepared Timed(BenchPlace place, UnetRun run, bool isGraph, Action step, params IDisposable[] owned)
    {
        void Once()
        {
            using var scope = TensorScope.Open("run");
            step();
        }
        if (!isGraph)
            return new(Once, Owned: [.. owned, run]);
        if (place.Device is not CudaDevice device)
            throw new SutiException("graph", "is recorded on a CUDA device only", "--device cuda", place.Device.Name);
        // Compiles kernels, chooses algorithms and makes what the capture may only read.
        Once();
        Once();
        var graph = device.Capture(Once);
        return new(graph.Launch, Owned: [graph, .. owned, run]);
    }

    sealed class Trainer : IDisposable
    {
        readonly UnetRun _run;
        readonly AdamW _optimizer;
        readonly Ema _average;

        internal Trainer(UnetRun run)
        {
            _run = run;
            _optimizer = new(run.Store.Trainable);
            _average = new(run.Store);
        }

        internal void Step()
        {
            _run.Store.ClearGradients();
            _run.Loss().Backward();
            _optimizer.Step(1e-4, _average);
        }

        public void Dispose()
        {
            _average.Dispose();
            _optimizer.Dispose();
        }
    }
}

/// <summary>A U-Net with random weights in f32 and one batch in the type of the place.</summary>
sealed class UnetRun : IDisposable
{
    readonly ConditionalUnet _unet;
    readonly Tensor _x, _times, _context;

    internal UnetRun(BenchPlace place, UnetConfig config, int batch)
    {
        Store = new(place.Device);
        _unet = new(Store.Root, config);
        Store.Allocate(seed: 0);
        _x = Inputs.Normal(place, 1, batch, DiffusionUnets.Side, DiffusionUnets.Side, config.InChannels);
        _context = Inputs.Normal(place, 2, batch, DiffusionUnets.ContextLength, DiffusionUnets.ContextWidth);
        _times = _unet.TimeSignal([.. Enumerable.Range(0, batch).Select(i => 997.0 * (i + 1) % 1000)], batch, place.Device);
    }

    internal ParameterStore Store { get; }

    internal Tensor Forward() => _unet.Forward(_x, _times, _context, contextMask: null, level: null);

    internal Tensor Loss()
    {
        var y = Forward();
        int channels = _x.Shape[3];
        return (y.Shape[3] == channels ? y : y.Slice(3, 0, channels)).Cast(DType.Float32).Mse(_x.Cast(DType.Float32));
    }

    public void Dispose() => Store.Dispose();
}
