using SuTI.Engine.Layers;

namespace SuTI.Engine.Tests.Fixtures;

/// <summary>block_resnet2d: the residual block, and the convolutions that change an image's size.</summary>
static class ResnetFixtures
{
    public static void Run(FixtureCase fixture)
    {
        var options = fixture.Options;
        using var block = new BlockCase(fixture);
        var x = block.Input("x").ToChannelsLast();
        switch (options.Text("kind"))
        {
            case "ResnetBlock2D":
                var resnet = new ResnetBlock(block.Root, options);
                block.Load();
                block.Check(resnet.Forward(x, block.OptionalInput("temb")).ToChannelsFirst());
                break;
            case "Downsample2D":
                var down = Downsample(block.Root, options);
                block.Load(alias: name => !block.Store.Contains(name));
                block.Check(down(x).ToChannelsFirst());
                break;
            case "Upsample2D":
                var up = Upsample(block.Root, options);
                block.Load();
                block.Check(up(x).ToChannelsFirst());
                break;
            case string unknown:
                throw new NotSupportedException($"kind {unknown}: unknown");
        }
    }

    static Func<Tensor, Tensor> Downsample(ParameterScope p, CaseOptions options)
    {
        int channels = options.Integer("channels");
        int outChannels = options.Integer("out_channels", channels);
        int padding = options.Integer("padding", 1);
        // By default the convolution has two names, and gradients go by the first.
        string name = options.Text("name", "conv") == "conv" ? "Conv2d_0" : "conv";
        if (!options.Flag("use_conv"))
            return x => x.AvgPool2d(2);
        // Without padding the library adds a row below and a column to the right.
        var around = padding == 0 ? new Padding2d(0, 1, 0, 1) : padding;
        var conv = new Conv2d(p[name], channels, outChannels, 3, 2, around);
        return x => conv.Forward(x);
    }

    static Func<Tensor, Tensor> Upsample(ParameterScope p, CaseOptions options)
    {
        int channels = options.Integer("channels");
        int outChannels = options.Integer("out_channels", channels);
        options.Only("use_conv_transpose", false);
        string name = options.Text("name", "conv") == "conv" ? "conv" : "Conv2d_0";
        if (!options.Flag("use_conv"))
            return x => x.UpsampleNearest();
        var conv = new Conv2d(p[name], channels, outChannels, 3, padding: 1);
        return x => conv.Forward(x.UpsampleNearest());
    }

    sealed class ResnetBlock
    {
        readonly GroupNorm _norm1, _norm2;
        readonly Conv2d _conv1, _conv2;
        readonly Conv2d? _shortcut;
        readonly Linear? _time;
        readonly string _activation;
        readonly bool _isModulated, _skipsTimeActivation, _up, _down;
        readonly double _outputScale;

        public ResnetBlock(ParameterScope p, CaseOptions options)
        {
            options.Only("dropout", 0.0);
            options.Only("pre_norm", true);
            // Kept by the library without an effect.
            options.Describes("conv_shortcut");
            int inChannels = options.Integer("in_channels");
            int outChannels = options.Integer("out_channels", inChannels);
            int groups = options.Integer("groups", 32);
            int lastChannels = options.Integer("conv_2d_out_channels", outChannels);
            double epsilon = options.Number("eps", 1e-6);
            _activation = options.Text("non_linearity", "swish");
            _skipsTimeActivation = options.Flag("skip_time_act");
            _isModulated = options.Text("time_embedding_norm", "default") switch
            {
                "default" => false,
                "scale_shift" => true,
                string unknown => throw new NotSupportedException($"time_embedding_norm {unknown}: unknown"),
            };
            _up = options.Flag("up");
            _down = options.Flag("down");
            _outputScale = options.Number("output_scale_factor", 1);
            _norm1 = new(p["norm1"], groups, inChannels, epsilon);
            _conv1 = new(p["conv1"], inChannels, outChannels, 3, padding: 1);
            if (options.OptionalNumber("temb_channels") is { } timeWidth)
                _time = new(p["time_emb_proj"], (int)timeWidth, _isModulated ? 2 * outChannels : outChannels);
            _norm2 = new(p["norm2"], options.Integer("groups_out", groups), outChannels, epsilon);
            _conv2 = new(p["conv2"], outChannels, lastChannels, 3, padding: 1);
            if (options.Flag("use_in_shortcut", inChannels != lastChannels))
                _shortcut = new(p["conv_shortcut"], inChannels, lastChannels, 1,
                    bias: options.Flag("conv_shortcut_bias", true));
        }

        public Tensor Forward(Tensor x, Tensor? time)
        {
            var h = Normalise(_norm1, x);
            if (_up)
                (x, h) = (x.UpsampleNearest(), h.UpsampleNearest());
            if (_down)
                (x, h) = (x.AvgPool2d(2), h.AvgPool2d(2));
            if (_time is not null)
                time = _time.Forward(_skipsTimeActivation ? time! : Activate(time!));
            else
                time = null;
            h = _conv1.Forward(h, _isModulated ? null : time);
            if (_isModulated && time is not null)
            {
                var parts = time.Chunk(1, 2);
                h = Normalise(_norm2, h, parts[0], parts[1]);
            }
            else
            {
                h = Normalise(_norm2, h);
            }
            x = _shortcut?.Forward(x) ?? x;
            return _conv2.Forward(h, residual: x) * (1 / _outputScale);
        }

        // SiLU is part of the norm's pass; the other activations follow it.
        Tensor Normalise(GroupNorm norm, Tensor x, Tensor? scale = null, Tensor? shift = null)
            => _activation is "swish" or "silu" ? norm.Forward(x, silu: true, scale, shift)
                : Activate(norm.Forward(x, silu: false, scale, shift));

        Tensor Activate(Tensor x) => ActivationFixtures.Apply(_activation, x);
    }
}
