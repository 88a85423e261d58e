using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Benchmarks;

/// <summary>
/// TinyUNet-A: the small diffusion U-Net whose speed is compared with peers. Three levels of 64, 128 and 192 channels at 32², 16² and 8²
/// pixels, two blocks a level, attention at the lower two; 16,065,027 parameters, 4.98 GFLOP a sample.
/// </summary>
/// <remarks>Paths of parameters are those of the PyTorch definition that peers run, so weights exported there load here.</remarks>
public sealed class TinyUnet
{
    public const int Size = 32;
    public const int Channels = 3;
    public const int ContextLength = 16;
    public const int ContextWidth = 128;

    const int Levels = 3;
    const int BlocksPerLevel = 2;
    const int BaseWidth = 64;
    const int EmbeddingWidth = 256;

    readonly Linear _time1;
    readonly Linear _time2;
    readonly Conv2d _input;
    readonly List<(TinyResBlock Block, TinyTransformer? Attention)> _down = [];
    readonly List<Conv2d> _downsample = [];
    readonly TinyResBlock _middle1;
    readonly TinyTransformer _middleAttention;
    readonly TinyResBlock _middle2;
    readonly List<(TinyResBlock Block, TinyTransformer? Attention)> _up = [];
    readonly List<Conv2d> _upsample = [];
    readonly GroupNorm _outputNorm;
    readonly Conv2d _output;

    public TinyUnet(ParameterScope parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _time1 = new(parameters["t1"], BaseWidth, EmbeddingWidth);
        _time2 = new(parameters["t2"], EmbeddingWidth, EmbeddingWidth);
        _input = new(parameters["conv_in"], Channels, BaseWidth, kernel: 3, padding: 1);
        int width = BaseWidth;
        var skips = new Stack<int>([width]);
        for (int level = 0; level < Levels; level++)
        {
            for (int block = 0; block < BlocksPerLevel; block++)
            {
                _down.Add(Stage(parameters["down"][_down.Count], width, Width(level), level));
                width = Width(level);
                skips.Push(width);
            }
            if (level == Levels - 1)
                continue;
            _downsample.Add(new(parameters["downsample"][level], width, width, kernel: 3, stride: 2, padding: 1));
            skips.Push(width);
        }
        _middle1 = new(parameters["mid1"], width, width, EmbeddingWidth);
        _middleAttention = new(parameters["midt"], width, ContextWidth);
        _middle2 = new(parameters["mid2"], width, width, EmbeddingWidth);
        for (int level = Levels - 1; level >= 0; level--)
        {
            for (int block = 0; block <= BlocksPerLevel; block++)
            {
                _up.Add(Stage(parameters["up"][_up.Count], width + skips.Pop(), Width(level), level));
                width = Width(level);
            }
            if (level > 0)
                _upsample.Add(new(parameters["upsample"][_upsample.Count], width, width, kernel: 3, padding: 1));
        }
        _outputNorm = new(parameters["norm_out"], groups: 32, width);
        _output = new(parameters["conv_out"], width, Channels, kernel: 3, padding: 1);
    }

    /// <param name="x">(N, H, W, 3), by default of 32 × 32 pixels; sides that divide by 4.</param>
    /// <param name="times">(N, 64): <see cref="TimeEmbedding"/>.</param>
    /// <param name="context">(N, 16, 128)</param>
    /// <returns>(N, H, W, 3)</returns>
    public Tensor Forward(Tensor x, Tensor times, Tensor context)
    {
        ArgumentNullException.ThrowIfNull(x);
        var embedding = _time2.Forward(_time1.Forward(times).Silu()).Silu();
        var h = _input.Forward(x);
        var skips = new Stack<Tensor>([h]);
        for (int i = 0; i < _down.Count; i++)
        {
            h = Run(_down[i], h, embedding, context);
            skips.Push(h);
            int level = i / BlocksPerLevel;
            if (i % BlocksPerLevel != BlocksPerLevel - 1 || level == Levels - 1)
                continue;
            h = _downsample[level].Forward(h);
            skips.Push(h);
        }
        h = _middle2.Forward(_middleAttention.Forward(_middle1.Forward(h, embedding), context), embedding);
        for (int i = 0; i < _up.Count; i++)
        {
            h = Run(_up[i], Tensor.Concat(-1, h, skips.Pop()), embedding, context);
            int step = i / (BlocksPerLevel + 1);
            if (i % (BlocksPerLevel + 1) == BlocksPerLevel && step < _upsample.Count)
                h = _upsample[step].Forward(h.UpsampleNearest(2));
        }
        return _output.Forward(_outputNorm.Forward(h, silu: true));
    }

    static int Width(int level) => BaseWidth * (level + 1);

    static (TinyResBlock Block, TinyTransformer? Attention) Stage(ParameterScope parameters, int inWidth, int outWidth, int level)
        => (new(parameters[0], inWidth, outWidth, EmbeddingWidth),
            level == 0 ? null : new TinyTransformer(parameters[1], outWidth, ContextWidth));

    static Tensor Run((TinyResBlock Block, TinyTransformer? Attention) stage, Tensor h, Tensor embedding, Tensor context)
    {
        h = stage.Block.Forward(h, embedding);
        return stage.Attention?.Forward(h, context) ?? h;
    }

    /// <summary>[cos(t f), sin(t f)] with f from 1 down to 1/10000, half of the width each.</summary>
    /// <returns>(N, 64), f32.</returns>
    public static Tensor TimeEmbedding(ReadOnlySpan<int> timesteps, Device device)
    {
        const int half = BaseWidth / 2;
        float[] values = new float[timesteps.Length * BaseWidth];
        for (int n = 0; n < timesteps.Length; n++)
        {
            for (int i = 0; i < half; i++)
            {
                float angle = timesteps[n] * MathF.Exp(-MathF.Log(10000) * i / half);
                values[(n * BaseWidth) + i] = MathF.Cos(angle);
                values[(n * BaseWidth) + half + i] = MathF.Sin(angle);
            }
        }
        return Tensor.From(values, [timesteps.Length, BaseWidth], device);
    }
}
