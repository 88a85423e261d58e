using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Text;
using SuTI.Model.Unet;

namespace SuTI.Model.Diffusion;

/// <summary>
/// A stage of DeepFloyd-IF as it is published for diffusers: pixels from prompts, or from prompts and smaller pictures. The
/// design is Imagen's (Saharia et al. 2022): a frozen T5 and a cascade of pixel diffusions.
/// </summary>
public sealed class DeepFloydPipeline : IDisposable
{
    /// <summary>Tokens that prompts are cut or padded to.</summary>
    public const int TextLength = 77;

    const int Channels = 3;

    readonly DType _compute;

    DeepFloydPipeline(LoadedPart<T5Encoder> text, LoadedPart<ConditionalUnet> unet, ITokenizer tokenizer,
        SchedulerConfig scheduler, SchedulerConfig? augmentation, DType compute)
    {
        TextEncoder = text;
        Unet = unet;
        Tokenizer = tokenizer;
        Scheduler = scheduler;
        AugmentationSchedule = augmentation;
        _compute = compute;
    }

    public LoadedPart<T5Encoder> TextEncoder { get; }

    public LoadedPart<ConditionalUnet> Unet { get; }

    public ITokenizer Tokenizer { get; }

    public SchedulerConfig Scheduler { get; }

    /// <summary>Of the noise on the smaller picture; null in the first stage.</summary>
    public SchedulerConfig? AugmentationSchedule { get; }

    /// <summary>Whether it enlarges pictures.</summary>
    public bool Enlarges => AugmentationSchedule is not null;

    /// <exception cref="SutiException">A part is missing, or is not what the pipeline is made of.</exception>
    public static DeepFloydPipeline Open(ModelFolder folder, PipelineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new();
        var tokenizer = Tokenizers.Open(folder["tokenizer"].Folder);
        var scheduler = SchedulerConfigFile.Open(folder["scheduler"], options.Sampler);
        var augmentation = folder.Find("image_noising_scheduler") is { } part ? SchedulerConfigFile.Open(part) : null;
        var text = LoadedPart<T5Encoder>.Load(folder["text_encoder"], options,
            (p, config) => new(p, T5Config.Read(config)), T5Encoder.ParameterPaths);
        LoadedPart<ConditionalUnet>? unet = null;
        try
        {
            unet = LoadedPart<ConditionalUnet>.Load(folder["unet"], options,
                (p, config) => new(p, UnetConfigReader.Read(config)));
            int expected = augmentation is null ? Channels : 2 * Channels, found = unet.Network.Config.InChannels;
            if (found != expected)
                throw new SutiException(folder.Path, "the U-Net takes pixels, and those of the smaller picture if any",
                    FormattableString.Invariant($"{expected} channels"), FormattableString.Invariant($"{found}"));
            return new(text, unet, tokenizer, scheduler, augmentation, options.Compute ?? options.Weights);
        }
        catch
        {
            text.Dispose();
            unet?.Dispose();
            throw;
        }
    }

    /// <summary>What the U-Net reads of prompts. Padding is hidden inside the text encoder, not behind it.</summary>
    /// <param name="isClean">
    /// Whether the prompts are captions as training saw them already: else web addresses, mark-up and their kind are removed
    /// (<see cref="Captions.Clean"/>). Lower case they become anyway.
    /// </param>
    /// <returns>(N, 77, width)</returns>
    public Tensor Encode(IReadOnlyList<string> prompts, bool isClean = false)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        using var scope = TensorScope.Open("prompts");
        using var noGradient = GradientMode.Disable();
        var captions = prompts.Select(text => isClean ? Captions.Plain(text) : Captions.Clean(text)).ToList();
        var tokens = Tokenizer.EncodeBatch(captions, TextLength, TextEncoder.Weights.Device);
        return scope.Keep(TextEncoder.Network.Forward(tokens.Ids, tokens.Mask, _compute));
    }

    /// <param name="request">
    /// Its guidance is published as 7 for the first stage and 4 for the second.
    /// </param>
    /// <param name="small">What is to be enlarged, where <see cref="Enlarges"/>.</param>
    /// <param name="noise">Instead of that of the request's seeds.</param>
    /// <param name="isClean">As in <see cref="Encode"/>.</param>
    /// <returns>(N, height, width, 3) of 0…1, f32, in the caller's scope.</returns>
    /// <exception cref="SutiException">A request that does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">Between two steps.</exception>
    public Tensor Generate(ImageRequest request, SmallPictures? small = null, ISampleNoise? noise = null,
        bool isClean = false, Action<SamplingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Check();
        if (Enlarges != small is not null)
            throw new SutiException("deepfloyd", Enlarges ? "this stage enlarges pictures" : "the first stage makes "
                + "pictures of prompts alone", Enlarges ? "smaller pictures" : "none", small is null ? "none" : "some");
        using var scope = TensorScope.Open("deepfloyd");
        using var noGradient = GradientMode.Disable();
        var sampler = request.CreateSampler(Scheduler);
        var (height, width) = Sides(request);
        noise ??= request.CreateNoise([height, width, Channels], Unet.Weights.Device);
        var denoiser = Denoisers.WithText((x, time, text) => Predict(x, time, text, small),
            Encode(request.Prompts, isClean), Encode(request.Negatives, isClean), request.SamplesPerCall);
        if (small is not null)
        {
            var blurred = Augment(small, noise, request.Prompts.Count, height, width);
            var network = denoiser;
            denoiser = (x, time, asked) => network(Tensor.Concat(-1, x, blurred), time, asked);
        }
        var pixels = new DiffusionSampler(sampler, denoiser, request.Guidance).Run(noise, progress, cancellation);
        return scope.Keep(pixels.ToUnitRange());
    }

    public void Dispose()
    {
        TextEncoder.Dispose();
        Unet.Dispose();
    }

    Tensor Predict(Tensor x, double time, Tensor text, SmallPictures? small)
        => Unet.Network.Forward(x.Cast(_compute), [time], text, null, small is null ? [] : [small.NoiseLevel]);

    Tensor Augment(SmallPictures small, ISampleNoise noise, int count, int height, int width)
    {
        var pixels = small.Pixels;
        if (pixels.Shape.Rank != 4 || pixels.Shape[0] != count || pixels.Shape[3] != Channels)
            throw new ShapeException("deepfloyd", "enlarges one picture for each prompt",
                FormattableString.Invariant($"({count}, h, w, {Channels})"), pixels.Shape.ToString());
        var enlarged = pixels.To(Unet.Weights.Device).ResizeAligned(height, width);
        return AugmentationSchedule!.CreateSchedule().AddNoise(enlarged, noise.Augmentation(), [small.NoiseLevel]);
    }

    (int Height, int Width) Sides(ImageRequest request)
    {
        var (rows, columns) = Unet.Network.Config.SampleSize ?? (64, 64);
        return (Side("height", request.Height ?? rows), Side("width", request.Width ?? columns));

        int Side(string name, int pixels)
        {
            const int largest = 8192;
            int grain = Unet.Network.Granularity;
            return pixels >= grain && pixels <= largest && pixels % grain == 0 ? pixels
                : throw new SutiException("pictures", $"the {name} is a multiple of {grain}",
                    FormattableString.Invariant($"{grain} to {largest}"), FormattableString.Invariant($"{pixels}"));
        }
    }
}

/// <summary>Pictures that a later stage enlarges.</summary>
/// <param name="Pixels">(N, h, w, 3) of −1…1.</param>
/// <param name="NoiseLevel">
/// The time of the noise that hides their faults: published as 250 of 1000 for the second stage.
/// </param>
public sealed record SmallPictures(Tensor Pixels, int NoiseLevel = 250);
