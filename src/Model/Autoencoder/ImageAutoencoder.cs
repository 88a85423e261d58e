using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Autoencoder;

/// <summary>
/// Images to a small grid of latents and back (Rombach et al. 2022, section 3.1; diffusers' AutoencoderKL, whose parameter
/// names it has).
/// </summary>
public sealed class ImageAutoencoder
{
    readonly Encoder _encoder;
    readonly Decoder _decoder;
    readonly Conv2d? _quant, _postQuant;

    public ImageAutoencoder(ParameterScope p, AutoencoderConfig config)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        _encoder = new(p["encoder"], config);
        _decoder = new(p["decoder"], config);
        if (!config.HasQuantConvolutions)
            return;
        _quant = new(p["quant_conv"], 2 * config.LatentChannels, 2 * config.LatentChannels, kernel: 1);
        _postQuant = new(p["post_quant_conv"], config.LatentChannels, config.LatentChannels, kernel: 1);
    }

    public AutoencoderConfig Config { get; }

    /// <param name="images">(N, H, W, channels) of −1…1; sides that divide by the factor.</param>
    /// <exception cref="ShapeException">Other channels or sides.</exception>
    public LatentDistribution Encode(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        int factor = Config.Factor;
        if (images.Shape.Rank != 4 || images.Shape[3] != Config.InChannels || images.Shape[1] % factor != 0
            || images.Shape[2] % factor != 0)
            throw new ShapeException("autoencoder", $"encodes images whose sides divide by {factor}",
                $"(N, H, W, {Config.InChannels})", images.Shape.ToString());
        var h = _encoder.Forward(images);
        return new(_quant?.Forward(h) ?? h);
    }

    /// <param name="latents">(N, h, w, latent channels), as the encoder gives them: not scaled.</param>
    /// <returns>(N, factor · h, factor · w, channels), about −1…1.</returns>
    /// <exception cref="ShapeException">Other channels.</exception>
    public Tensor Decode(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        if (latents.Shape.Rank != 4 || latents.Shape[3] != Config.LatentChannels)
            throw new ShapeException("autoencoder", "decodes latents", $"(N, h, w, {Config.LatentChannels})",
                latents.Shape.ToString());
        return _decoder.Forward(_postQuant?.Forward(latents) ?? latents);
    }

    /// <summary>Latents as a diffusion model takes them.</summary>
    public Tensor Scale(Tensor latents)
        => Config.Shift == 0 ? latents * Config.Scaling : (latents - Config.Shift) * Config.Scaling;

    /// <summary>The reverse.</summary>
    public Tensor Unscale(Tensor latents)
        => Config.Shift == 0 ? latents * (1 / Config.Scaling) : (latents * (1 / Config.Scaling)) + Config.Shift;

    /// <summary>
    /// The path of a parameter under an older name of diffusers: attention's query, key, value and proj_attn.
    /// </summary>
    public static string ParameterPath(string checkpointKey)
    {
        ArgumentNullException.ThrowIfNull(checkpointKey);
        int at = checkpointKey.LastIndexOf(".attentions.0.", StringComparison.Ordinal);
        if (at < 0)
            return checkpointKey;
        int name = at + ".attentions.0.".Length;
        string rest = checkpointKey[name..];
        foreach (var (old, now) in s_attentionNames)
        {
            if (rest.StartsWith(old, StringComparison.Ordinal))
                return string.Concat(checkpointKey.AsSpan(0, name), now, rest.AsSpan(old.Length));
        }
        return checkpointKey;
    }

    static readonly (string Old, string Now)[] s_attentionNames =
        [("query.", "to_q."), ("key.", "to_k."), ("value.", "to_v."), ("proj_attn.", "to_out.0.")];
}
