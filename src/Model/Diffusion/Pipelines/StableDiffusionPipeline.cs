using SuTI.Engine;
using SuTI.Model.Autoencoder;
using SuTI.Model.Folders;
using SuTI.Model.Text;
using SuTI.Model.Unet;

namespace SuTI.Model.Diffusion;

/// <summary>
/// Pictures from prompts by latent diffusion (Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models,
/// 2022): Stable Diffusion 1 and 2 as they are published for diffusers.
/// </summary>
public sealed class StableDiffusionPipeline : IDisposable
{
    readonly DType _compute;

    StableDiffusionPipeline(LoadedPart<ClipTextEncoder> text, LoadedPart<ConditionalUnet> unet,
        LoadedPart<ImageAutoencoder> autoencoder, ITokenizer tokenizer, SchedulerConfig scheduler, DType compute)
    {
        TextEncoder = text;
        Unet = unet;
        Autoencoder = autoencoder;
        Tokenizer = tokenizer;
        Scheduler = scheduler;
        _compute = compute;
    }

    public LoadedPart<ClipTextEncoder> TextEncoder { get; }

    public LoadedPart<ConditionalUnet> Unet { get; }

    public LoadedPart<ImageAutoencoder> Autoencoder { get; }

    public ITokenizer Tokenizer { get; }

    public SchedulerConfig Scheduler { get; }

    /// <exception cref="SutiException">A part is missing, or is not what the pipeline is made of.</exception>
    public static StableDiffusionPipeline Open(ModelFolder folder, PipelineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new();
        var tokenizer = Tokenizers.Open(folder["tokenizer"].Folder);
        var scheduler = SchedulerConfigFile.Open(folder["scheduler"], options.Sampler);
        var loaded = new List<IDisposable>();
        try
        {
            var text = Add(LoadedPart<ClipTextEncoder>.Load(folder["text_encoder"], options,
                (p, config) => new(p, ClipTextConfig.Read(config)), _ => ClipTextEncoder.ParameterPath));
            var unet = Add(LoadedPart<ConditionalUnet>.Load(folder["unet"], options,
                (p, config) => new(p, UnetConfigReader.Read(config))));
            var autoencoder = Add(LoadedPart<ImageAutoencoder>.Load(folder["vae"], options,
                (p, config) => new(p, AutoencoderConfig.Read(config)), _ => ImageAutoencoder.ParameterPath));
            int latent = autoencoder.Network.Config.LatentChannels, seen = unet.Network.Config.InChannels;
            if (seen != latent)
                throw new SutiException(folder.Path, "the U-Net takes the autoencoder's latents",
                    FormattableString.Invariant($"{latent} channels"), FormattableString.Invariant($"{seen}"));
            return new(text, unet, autoencoder, tokenizer, scheduler, options.Compute ?? options.Weights);
        }
        catch
        {
            loaded.ForEach(part => part.Dispose());
            throw;
        }

        T Add<T>(T part) where T : IDisposable
        {
            loaded.Add(part);
            return part;
        }
    }

    /// <summary>What the U-Net reads of prompts: each cut or padded to the length of the text encoder.</summary>
    /// <returns>(N, L, width)</returns>
    public Tensor Encode(IReadOnlyList<string> prompts)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        using var scope = TensorScope.Open("prompts");
        using var noGradient = GradientMode.Disable();
        var text = TextEncoder.Network;
        int length = Math.Min(Tokenizer.MaxLength, text.Config.Positions);
        // The encoder is causal: padding behind a text changes nothing in it, and is read as it is.
        return scope.Keep(text.Forward(Tokenizer.EncodeBatch(prompts, length, TextEncoder.Weights.Device).Ids,
            dtype: _compute));
    }

    /// <param name="noise">Instead of that of the request's seeds.</param>
    /// <returns>(N, height, width, 3) of 0…1, f32, in the caller's scope.</returns>
    /// <exception cref="SutiException">A request that does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">Between two steps.</exception>
    public Tensor Generate(ImageRequest request, ISampleNoise? noise = null, Action<SamplingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Check();
        using var scope = TensorScope.Open("stable diffusion");
        using var noGradient = GradientMode.Disable();
        var sampler = request.CreateSampler(Scheduler);
        noise ??= request.CreateNoise(LatentShape(request), Unet.Weights.Device);
        var denoiser = Denoisers.WithText(Predict, Encode(request.Prompts), Encode(request.Negatives),
            request.SamplesPerCall);
        var latents = new DiffusionSampler(sampler, denoiser, request.Guidance).Run(noise, progress, cancellation);
        return scope.Keep(Decode(latents));
    }

    /// <summary>Pictures of scaled latents, one after the other, because a picture takes much memory.</summary>
    /// <param name="latents">(N, h, w, latent channels)</param>
    /// <returns>(N, height, width, 3) of 0…1, f32.</returns>
    public Tensor Decode(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var scope = TensorScope.Open("decode");
        using var noGradient = GradientMode.Disable();
        var autoencoder = Autoencoder.Network;
        var pictures = new List<Tensor>();
        for (int i = 0; i < latents.Shape[0]; i++)
        {
            using var one = TensorScope.Open("picture");
            var unscaled = autoencoder.Unscale(latents.Slice(0, i, 1)).Cast(_compute);
            pictures.Add(one.Keep(autoencoder.Decode(unscaled).Cast(DType.Float32).ToUnitRange()));
        }
        return scope.Keep(pictures.Count == 1 ? pictures[0] : Tensor.Concat(0, [.. pictures]));
    }

    public void Dispose()
    {
        TextEncoder.Dispose();
        Unet.Dispose();
        Autoencoder.Dispose();
    }

    Tensor Predict(Tensor x, double time, Tensor text) => Unet.Network.Forward(x.Cast(_compute), [time], text);

    Shape LatentShape(ImageRequest request)
    {
        var autoencoder = Autoencoder.Network.Config;
        var (rows, columns) = Unet.Network.Config.SampleSize ?? (64, 64);
        return Shape.Create(Latents("height", request.Height, rows), Latents("width", request.Width, columns),
            autoencoder.LatentChannels);

        int Latents(string side, int? pixels, int usual)
        {
            if (pixels is not { } asked)
                return usual;
            // Largest: no published model makes anything of such pictures, and memory grows with their area.
            const int largest = 8192;
            int factor = autoencoder.Factor;
            return asked >= factor && asked <= largest && asked % factor == 0 ? asked / factor
                : throw new SutiException("pictures", $"the {side} is a multiple of {factor}",
                    FormattableString.Invariant($"{factor} to {largest}"), FormattableString.Invariant($"{asked}"));
        }
    }
}
