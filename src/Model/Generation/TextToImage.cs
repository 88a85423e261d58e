using SuTI.Engine;
using SuTI.Model.Diffusion;
using SuTI.Model.Folders;
using SuTI.Model.Imaging;
using SuTI.Model.Text;

namespace SuTI.Model.Generation;

/// <summary>Pictures from prompts by a published model's folder, whatever kind it is of.</summary>
public sealed class TextToImage : IDisposable
{
    readonly TextToImageOptions _options;
    readonly CancellationTokenSource _closing = new();
    readonly Task<string> _digest;
    readonly StableDiffusionPipeline? _latent;
    readonly DeepFloydPipeline? _pixels, _enlarger;
    readonly ModelFolder? _enlargerFolder;
    readonly Task<string>? _enlargerDigest;

    TextToImage(ModelFolder folder, TextToImageOptions options)
    {
        Folder = folder;
        _options = options;
        var opening = new PipelineOptions { Device = options.Device, Weights = options.Precision };
        try
        {
            switch (folder.ClassName)
            {
                case "StableDiffusionPipeline":
                    _latent = StableDiffusionPipeline.Open(folder, opening);
                    break;
                case "IFPipeline":
                    _pixels = DeepFloydPipeline.Open(folder, opening);
                    break;
                default:
                    throw new SutiException(folder.Path, "this kind of model makes no pictures of prompts alone",
                        "StableDiffusionPipeline or IFPipeline", folder.ClassName);
            }
            if (options.Enlarger is { } path)
            {
                _enlargerFolder = ModelFolder.Open(path, options.Variant);
                _enlarger = DeepFloydPipeline.Open(_enlargerFolder, opening);
                if (!_enlarger.Enlarges)
                    throw new SutiException(path, "the model enlarges no pictures", "IFSuperResolutionPipeline",
                        _enlargerFolder.ClassName);
                _enlargerDigest = Digest(_enlargerFolder);
            }
        }
        catch
        {
            DisposePipelines();
            _closing.Dispose();
            throw;
        }
        // Reading all files again takes a while that the first picture need not wait for.
        _digest = Digest(folder);
    }

    public ModelFolder Folder { get; }

    SchedulerConfig Scheduler => _latent?.Scheduler ?? _pixels!.Scheduler;

    ITokenizer Tokenizer => _latent?.Tokenizer ?? _pixels!.Tokenizer;

    Device Device => _options.Device ?? Device.Cpu;

    /// <exception cref="SutiException">No such model, a part is missing or broken, or it makes no pictures.</exception>
    public static TextToImage Open(string folder, TextToImageOptions? options = null)
    {
        options ??= new();
        return new(ModelFolder.Open(folder, options.Variant), options);
    }

    /// <summary>What of a prompt the model will not see; null if it sees all.</summary>
    public string? Warning(string prompt)
    {
        var text = _pixels is null ? Tokenizer.Encode(prompt, Math.Min(Tokenizer.MaxLength, _latent!.TextEncoder.Network.Config.Positions))
            : Tokenizer.Encode(Captions.Clean(prompt), DeepFloydPipeline.TextLength);
        return text.Warning;
    }

    /// <summary>Makes pictures, a batch at a time; each depends on its job and the settings alone.</summary>
    /// <exception cref="SutiException">A setting that the model or its sampler does not take.</exception>
    /// <exception cref="OperationCanceledException">Between two steps.</exception>
    public IEnumerable<GeneratedPicture> Generate(IReadOnlyList<PictureJob> jobs, PictureSettings? settings = null,
        Action<GenerationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        settings ??= new();
        if (settings.Batch < 1)
            throw new SutiException("pictures", "a batch holds at least one", "1 or more", FormattableString.Invariant($"{settings.Batch}"));
        var first = new StageSettings(settings.Steps ?? (_pixels is null ? 50 : 100), settings.Guidance ?? (_pixels is null ? 7.5 : 7),
            SamplerNames.Of(Scheduler.With(settings.Sampler)))
        { Eta = settings.Eta };
        if (_enlarger is not null)
            settings = settings with { Enlarging = settings.Enlarging with { Sampler = SamplerNames.Of(_enlarger.Scheduler.With(settings.Enlarging.Sampler)) } };
        var meter = new StepMeter(jobs.Count, first.Steps + (_enlarger is null ? 0 : settings.Enlarging.Steps), progress);
        return Batches();

        IEnumerable<GeneratedPicture> Batches()
        {
            foreach (var batch in jobs.Chunk(settings.Batch))
            {
                var images = Batch(batch, first, settings, meter, cancellation);
                for (int i = 0; i < batch.Length; i++)
                    yield return new(images[i], Recipe(batch[i], images[i], first, settings));
                meter.Finished(batch.Length);
            }
        }
    }

    public void Dispose()
    {
        _closing.Cancel();
        try
        {
            Task.WaitAll([_digest, _enlargerDigest ?? Task.CompletedTask], CancellationToken.None);
        }
        catch (AggregateException)
        {
            // Whoever wanted a digest has seen why there is none.
        }
        DisposePipelines();
        _closing.Dispose();
    }

    IReadOnlyList<Image> Batch(PictureJob[] jobs, StageSettings first, PictureSettings settings, StepMeter meter,
        CancellationToken cancellation)
    {
        using var scope = TensorScope.Open("pictures");
        var request = Request(jobs, first, Scheduler) with
        {
            // An enlarging stage is asked for the size of the picture, the first one for what it was made for.
            Width = _enlarger is null ? settings.Width : null,
            Height = _enlarger is null ? settings.Height : null,
        };
        meter.Begin(jobs.Length);
        var pixels = _latent?.Generate(request, progress: meter.Step, cancellation: cancellation)
            ?? _pixels!.Generate(request, progress: meter.Step, cancellation: cancellation);
        if (_enlarger is not null)
        {
            meter.Begin(jobs.Length);
            var larger = Request(jobs, settings.Enlarging, _enlarger.Scheduler) with { Width = settings.Width, Height = settings.Height };
            pixels = _enlarger.Generate(larger, new((pixels * 2) - 1, settings.NoiseLevel), progress: meter.Step,
                cancellation: cancellation);
        }
        return pixels.ToImages(PixelRange.ZeroToOne);
    }

    static ImageRequest Request(PictureJob[] jobs, StageSettings stage, SchedulerConfig scheduler) => new([.. jobs.Select(job => job.Prompt)])
    {
        NegativePrompts = [.. jobs.Select(job => job.NegativePrompt)],
        Seeds = [.. jobs.Select(job => job.Seed)],
        Steps = stage.Steps,
        Eta = stage.Eta,
        Scheduler = scheduler.With(stage.Sampler),
        Guidance = new ClassifierFreeGuidance(stage.Guidance, Dropped.Text),
    };

    PictureRecipe Recipe(PictureJob job, Image image, StageSettings first, PictureSettings settings)
        => new(Folder.Path, _digest.GetAwaiter().GetResult(), Folder.ClassName, job.Prompt, job.Seed)
        {
            NegativePrompt = job.NegativePrompt,
            Settings = first,
            Enlarging = _enlargerFolder is null ? null : new(_enlargerFolder.Path, _enlargerDigest!.GetAwaiter().GetResult(),
                settings.Enlarging, settings.NoiseLevel),
            Width = image.Width,
            Height = image.Height,
            Device = (Device as CudaDevice)?.Model ?? Device.Name,
            Precision = _options.Precision,
            Version = SutiVersion.Text,
        };

    Task<string> Digest(ModelFolder folder) => Task.Run(() => ModelDigest.Compute(folder, _closing.Token));

    void DisposePipelines()
    {
        _latent?.Dispose();
        _pixels?.Dispose();
        _enlarger?.Dispose();
    }
}
