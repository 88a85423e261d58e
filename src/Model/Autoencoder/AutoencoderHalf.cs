using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Unet;

namespace SuTI.Model.Autoencoder;

/// <summary>What encoder and decoder share.</summary>
static class AutoencoderHalf
{
    public const double Epsilon = 1e-6;
}

/// <summary>A residual block, attention of one head over all pixels, a residual block.</summary>
sealed class AutoencoderMiddle
{
    readonly ResnetBlock _first, _second;
    readonly GroupNorm _norm;
    readonly CrossAttention _attention;

    /// <param name="p">Declares resnets.0, attentions.0 and resnets.1.</param>
    public AutoencoderMiddle(ParameterScope p, int channels, AutoencoderConfig config)
    {
        _first = new(p["resnets"][0], channels, channels, config.Resnet);
        var attention = p["attentions"][0];
        _norm = new(attention["group_norm"], config.Groups, channels, AutoencoderHalf.Epsilon);
        _attention = new(attention, channels, channels, heads: 1, channels, bias: true);
        _second = new(p["resnets"][1], channels, channels, config.Resnet);
    }

    public Tensor Forward(Tensor x)
    {
        using var scope = TensorScope.Open("middle");
        x = _first.Forward(x);
        var pixels = x.Reshape(x.Shape[0], -1, x.Shape[3]);
        var n = _norm.Forward(pixels);
        return scope.Keep(_second.Forward(_attention.Forward(n, n, residual: pixels).Reshape(x.Shape.ToArray())));
    }
}

/// <summary>Images to the parameters of their latents' distribution.</summary>
sealed class Encoder
{
    readonly Conv2d _in, _out;
    readonly List<(List<ResnetBlock> Blocks, Downsample? Smaller)> _levels = [];
    readonly AutoencoderMiddle _middle;
    readonly GroupNorm _norm;

    /// <param name="p">Declares conv_in, down_blocks, mid_block, conv_norm_out and conv_out.</param>
    public Encoder(ParameterScope p, AutoencoderConfig config)
    {
        int width = config.Channels[0];
        _in = new(p["conv_in"], config.InChannels, width, kernel: 3, padding: 1);
        for (int i = 0; i < config.Channels.Count; i++)
        {
            var scope = p["down_blocks"][i];
            var blocks = new List<ResnetBlock>();
            for (int j = 0; j < config.Layers; j++)
            {
                blocks.Add(new(scope["resnets"][j], width, config.Channels[i], config.Resnet));
                width = config.Channels[i];
            }
            bool isLast = i == config.Channels.Count - 1;
            _levels.Add((blocks, isLast ? null : new(scope["downsamplers"][0], width, padding: 0)));
        }
        _middle = new(p["mid_block"], width, config);
        _norm = new(p["conv_norm_out"], config.Groups, width, AutoencoderHalf.Epsilon);
        _out = new(p["conv_out"], width, 2 * config.LatentChannels, kernel: 3, padding: 1);
    }

    public Tensor Forward(Tensor x)
    {
        using var scope = TensorScope.Open("encoder");
        var h = _in.Forward(x);
        foreach (var (blocks, smaller) in _levels)
        {
            foreach (var block in blocks)
                h = block.Forward(h);
            h = smaller?.Forward(h) ?? h;
        }
        return scope.Keep(_out.Forward(_norm.Forward(_middle.Forward(h), silu: true)));
    }
}

/// <summary>Latents to images.</summary>
sealed class Decoder
{
    readonly Conv2d _in, _out;
    readonly AutoencoderMiddle _middle;
    readonly List<(List<ResnetBlock> Blocks, Upsample? Larger)> _levels = [];
    readonly GroupNorm _norm;

    /// <param name="p">Declares conv_in, mid_block, up_blocks, conv_norm_out and conv_out.</param>
    public Decoder(ParameterScope p, AutoencoderConfig config)
    {
        int[] channels = [.. config.Channels.Reverse()];
        int width = channels[0];
        _in = new(p["conv_in"], config.LatentChannels, width, kernel: 3, padding: 1);
        _middle = new(p["mid_block"], width, config);
        for (int i = 0; i < channels.Length; i++)
        {
            var scope = p["up_blocks"][i];
            var blocks = new List<ResnetBlock>();
            for (int j = 0; j <= config.Layers; j++)
            {
                blocks.Add(new(scope["resnets"][j], width, channels[i], config.Resnet));
                width = channels[i];
            }
            _levels.Add((blocks, i == channels.Length - 1 ? null : new(scope["upsamplers"][0], width)));
        }
        _norm = new(p["conv_norm_out"], config.Groups, width, AutoencoderHalf.Epsilon);
        _out = new(p["conv_out"], width, config.OutChannels, kernel: 3, padding: 1);
    }

    public Tensor Forward(Tensor z)
    {
        using var scope = TensorScope.Open("decoder");
        var h = _middle.Forward(_in.Forward(z));
        foreach (var (blocks, larger) in _levels)
        {
            // Its own scope: the largest images of a level need not outlive it.
            using var level = TensorScope.Open("level");
            foreach (var block in blocks)
                h = block.Forward(h);
            h = level.Keep(larger?.Forward(h, 2 * h.Shape[1], 2 * h.Shape[2]) ?? h);
        }
        return scope.Keep(_out.Forward(_norm.Forward(h, silu: true)));
    }
}
