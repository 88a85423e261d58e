using System.Text;
using System.Text.Json;
using SuTI.Engine;
using SuTI.Model.Folders;

namespace SuTI.Model.Diffusion;

/// <summary>Reads and writes scheduler_config.json of diffusers; what is computed is what its version 0.21 computes.</summary>
/// <remarks>
/// Such files hold keys of samplers that the model was once used with: a key of another class here has no meaning, and keys
/// of no class are errors. Python writes numbers without bound as <c>-Infinity</c>, which is no JSON; it is read.
/// </remarks>
public static class SchedulerConfigFile
{
    const int LargestFile = 1 << 20;

    static readonly (string Name, SamplerKind Kind)[] s_classes =
    [
        ("DDPMScheduler", SamplerKind.Ddpm), ("DDIMScheduler", SamplerKind.Ddim), ("PNDMScheduler", SamplerKind.Pndm),
        ("EulerDiscreteScheduler", SamplerKind.Euler),
        ("EulerAncestralDiscreteScheduler", SamplerKind.EulerAncestral),
        ("DPMSolverMultistepScheduler", SamplerKind.DpmSolver),
    ];

    static readonly (string Name, BetaCurve Curve)[] s_curves =
    [
        ("linear", BetaCurve.Linear), ("scaled_linear", BetaCurve.ScaledLinear),
        ("squaredcos_cap_v2", BetaCurve.SquaredCosine), ("sigmoid", BetaCurve.Sigmoid),
    ];

    static readonly (string Name, PredictionType Type)[] s_predictions =
    [
        ("epsilon", PredictionType.Epsilon), ("sample", PredictionType.Sample),
        ("v_prediction", PredictionType.Velocity),
    ];

    static readonly (string Name, TimestepSpacing Spacing)[] s_spacings =
    [
        ("leading", TimestepSpacing.Leading), ("trailing", TimestepSpacing.Trailing),
        ("linspace", TimestepSpacing.Linspace),
    ];

    // The lower of equal values is what is written.
    static readonly (string Name, DdpmVariance Variance)[] s_variances =
    [
        ("fixed_small", DdpmVariance.FixedSmall), ("fixed_small_log", DdpmVariance.FixedSmall),
        ("fixed_large", DdpmVariance.FixedLarge), ("learned", DdpmVariance.Learned),
        ("learned_range", DdpmVariance.LearnedRange),
    ];

    // Of the six classes together, in this version or a later one.
    static readonly string[] s_ofSomeClass =
    [
        "clip_sample", "clip_sample_range", "thresholding", "dynamic_thresholding_ratio", "sample_max_value",
        "variance_type", "set_alpha_to_one", "skip_prk_steps", "use_karras_sigmas", "interpolation_type",
        "solver_order", "solver_type", "algorithm_type", "lower_order_final", "lambda_min_clipped", "euler_at_final",
        "use_lu_lambdas", "use_exponential_sigmas", "use_beta_sigmas", "use_flow_sigmas", "flow_shift",
        "final_sigmas_type", "rescale_betas_zero_snr", "sigma_min", "sigma_max", "timestep_type",
    ];

    /// <param name="file">Its path.</param>
    /// <param name="otherwise">Another class to read it as, with that class's defaults where the file says nothing.</param>
    /// <exception cref="SutiException">
    /// No such file, none that can be read, a key that is not known, or a value that is not supported.
    /// </exception>
    public static SchedulerConfig Open(string file, SamplerKind? otherwise = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            // What is no configuration at all is for the general reader to say.
            var info = new FileInfo(file);
            return info.Exists && info.Length <= LargestFile
                ? Parse(File.ReadAllBytes(file), file, otherwise) : Read(JsonConfig.Open(file), otherwise);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(CheckpointException.Printable(file, 1000), "cannot be read", null, failure.Message,
                failure);
        }
    }

    /// <param name="part">Of a model folder.</param>
    /// <inheritdoc cref="Open(string, SamplerKind?)"/>
    public static SchedulerConfig Open(ModelPart part, SamplerKind? otherwise = null)
    {
        ArgumentNullException.ThrowIfNull(part);
        // A part without a configuration says so itself.
        return part.ConfigFile is { } file ? Open(file, otherwise) : Read(part.OpenConfig(), otherwise);
    }

    /// <param name="source">What messages call it.</param>
    /// <inheritdoc cref="Open(string, SamplerKind?)"/>
    public static SchedulerConfig Parse(ReadOnlyMemory<byte> utf8, string source, SamplerKind? otherwise = null)
        => Read(JsonConfig.Parse(BoundedNumbers(utf8), source), otherwise);

    /// <inheritdoc cref="Open(string, SamplerKind?)"/>
    public static SchedulerConfig Read(JsonConfig config, SamplerKind? otherwise = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        var kind = config.Choice("_class_name", null, s_classes);
        kind = otherwise ?? kind;
        bool isLeading = kind is SamplerKind.Ddpm or SamplerKind.Ddim or SamplerKind.Pndm;
        var result = new SchedulerConfig(kind)
        {
            Betas = ReadBetas(config, kind),
            Prediction = config.Choice("prediction_type", "epsilon", s_predictions),
            Spacing = config.Choice("timestep_spacing", isLeading ? "leading" : "linspace", s_spacings),
            StepsOffset = config.Count("steps_offset", 0),
        };
        result = kind switch
        {
            SamplerKind.Ddpm => result with
            {
                Bound = ReadBound(config),
                Variance = config.Choice("variance_type", "fixed_small", s_variances),
            },
            SamplerKind.Ddim => result with
            {
                Bound = ReadBound(config),
                EndsClean = config.Flag("set_alpha_to_one", true),
            },
            SamplerKind.Pndm => result with
            {
                EndsClean = config.Flag("set_alpha_to_one"),
                SkipsRungeKutta = config.Flag("skip_prk_steps"),
            },
            SamplerKind.DpmSolver => ReadSolver(config, result),
            _ => ReadEuler(config, result),
        };
        config.Ignore("_class_name", "_diffusers_version", "_name_or_path");
        config.Ignore(s_ofSomeClass);
        config.Finish();
        return result;
    }

    /// <summary>The file's text, with every key of the class.</summary>
    public static string Write(SchedulerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("_class_name", NameOf(s_classes, config.Kind));
            WriteCommon(json, config);
            WriteOwn(json, config);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    static BetaOptions ReadBetas(JsonConfig config, SamplerKind kind)
    {
        // Those that divide by ᾱ would need another rule for the last step.
        bool canEndInNoise = kind is SamplerKind.Ddpm or SamplerKind.Ddim;
        if (!canEndInNoise)
            config.Only("rescale_betas_zero_snr", "false");
        var betas = new BetaOptions(config.Size("num_train_timesteps", 1000), config.Number("beta_start", 0.0001),
            config.Number("beta_end", 0.02), config.Choice("beta_schedule", "linear", s_curves))
        {
            Trained = config.Has("trained_betas") ? config.Numbers("trained_betas") : null,
            EndsInPureNoise = canEndInNoise && config.Flag("rescale_betas_zero_snr"),
        };
        if (betas.Steps > DiscreteNoiseSchedule.MostSteps)
            throw config.Unsupported("num_train_timesteps", $"at most {DiscreteNoiseSchedule.MostSteps}",
                $"{betas.Steps}");
        if (betas.Trained is { } trained && trained.Count != betas.Steps)
            throw config.Unsupported("trained_betas", $"{betas.Steps} numbers, as num_train_timesteps",
                $"{trained.Count}");
        return betas;
    }

    static BoundOptions ReadBound(JsonConfig config)
        => ReadThreshold(config) with
        {
            Clips = config.Flag("clip_sample", true),
            ClipRange = config.Number("clip_sample_range", 1),
        };

    static BoundOptions ReadThreshold(JsonConfig config)
    {
        double quantile = config.Number("dynamic_thresholding_ratio", 0.995);
        if (quantile is < 0 or > 1)
            throw config.Unsupported("dynamic_thresholding_ratio", "0 to 1", FormattableString.Invariant($"{quantile}"));
        return new(Thresholds: config.Flag("thresholding"), Quantile: quantile,
            Largest: config.Number("sample_max_value", 1));
    }

    static SchedulerConfig ReadEuler(JsonConfig config, SchedulerConfig result)
    {
        config.Only("interpolation_type", "linear");
        config.Only("final_sigmas_type", "zero");
        config.Only("timestep_type", "discrete");
        config.Only("sigma_min");
        config.Only("sigma_max");
        RefuseOtherSpacings(config);
        return result with
        {
            UsesKarrasRatios = result.Kind == SamplerKind.Euler && config.Flag("use_karras_sigmas"),
        };
    }

    static SchedulerConfig ReadSolver(JsonConfig config, SchedulerConfig result)
    {
        // The network's second half, where it has one, plays no part here.
        config.Only("variance_type", "learned", "learned_range");
        config.Only("euler_at_final", "false");
        config.Only("use_lu_lambdas", "false");
        config.Only("use_flow_sigmas", "false");
        config.Only("flow_shift", "1");
        RefuseOtherSpacings(config);
        int order = config.Size("solver_order", 2);
        if (order > 3)
            throw config.Unsupported("solver_order", "1 to 3", $"{order}");
        double? lowest = config.OptionalNumber("lambda_min_clipped");
        return result with
        {
            Bound = ReadThreshold(config),
            // Before there was the choice, walks ended at the cleanest time of training.
            EndsClean = config.Choice("final_sigmas_type", "sigma_min", ("zero", true), ("sigma_min", false)),
            UsesKarrasRatios = config.Flag("use_karras_sigmas"),
            LowestHalfLogSnr = lowest == double.MinValue ? null : lowest,
            Solver = new(order, config.Choice("solver_type", "midpoint", ("midpoint", false), ("heun", true)),
                config.Choice("algorithm_type", "dpmsolver++", ("dpmsolver++", false), ("sde-dpmsolver++", true)),
                config.Flag("lower_order_final", true)),
        };
    }

    static void RefuseOtherSpacings(JsonConfig config)
    {
        config.Only("use_exponential_sigmas", "false");
        config.Only("use_beta_sigmas", "false");
    }

    static void WriteCommon(Utf8JsonWriter json, SchedulerConfig config)
    {
        var betas = config.Betas;
        json.WriteNumber("num_train_timesteps", betas.Steps);
        json.WriteNumber("beta_start", betas.Start);
        json.WriteNumber("beta_end", betas.End);
        json.WriteString("beta_schedule", NameOf(s_curves, betas.Curve));
        if (betas.Trained is { } trained)
        {
            json.WriteStartArray("trained_betas");
            foreach (double beta in trained)
                json.WriteNumberValue(beta);
            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("trained_betas");
        }
        json.WriteString("prediction_type", NameOf(s_predictions, config.Prediction));
        json.WriteString("timestep_spacing", NameOf(s_spacings, config.Spacing));
        json.WriteNumber("steps_offset", config.StepsOffset);
    }

    static void WriteOwn(Utf8JsonWriter json, SchedulerConfig config)
    {
        var kind = config.Kind;
        bool isPlain = kind is SamplerKind.Ddpm or SamplerKind.Ddim;
        if (isPlain)
        {
            json.WriteBoolean("clip_sample", config.Bound.Clips);
            json.WriteNumber("clip_sample_range", config.Bound.ClipRange);
            json.WriteBoolean("rescale_betas_zero_snr", config.Betas.EndsInPureNoise);
        }
        if (isPlain || kind == SamplerKind.DpmSolver)
        {
            json.WriteBoolean("thresholding", config.Bound.Thresholds);
            json.WriteNumber("dynamic_thresholding_ratio", config.Bound.Quantile);
            json.WriteNumber("sample_max_value", config.Bound.Largest);
        }
        if (kind == SamplerKind.Ddpm)
            json.WriteString("variance_type", NameOf(s_variances, config.Variance));
        if (kind is SamplerKind.Ddim or SamplerKind.Pndm)
            json.WriteBoolean("set_alpha_to_one", config.EndsClean);
        if (kind == SamplerKind.Pndm)
            json.WriteBoolean("skip_prk_steps", config.SkipsRungeKutta);
        if (kind is SamplerKind.Euler or SamplerKind.DpmSolver)
            json.WriteBoolean("use_karras_sigmas", config.UsesKarrasRatios);
        if (kind == SamplerKind.DpmSolver)
            WriteSolver(json, config);
    }

    static void WriteSolver(Utf8JsonWriter json, SchedulerConfig config)
    {
        json.WriteNumber("solver_order", config.Solver.Order);
        json.WriteString("solver_type", config.Solver.IsHeun ? "heun" : "midpoint");
        json.WriteString("algorithm_type", config.Solver.IsStochastic ? "sde-dpmsolver++" : "dpmsolver++");
        json.WriteBoolean("lower_order_final", config.Solver.EndsInLowerOrder);
        json.WriteString("final_sigmas_type", config.EndsClean ? "zero" : "sigma_min");
        json.WritePropertyName("lambda_min_clipped");
        if (config.LowestHalfLogSnr is { } lowest)
            json.WriteNumberValue(lowest);
        else
            json.WriteRawValue("-Infinity", skipInputValidation: true);
    }

    static string NameOf<T>((string Name, T Value)[] names, T value)
        => Array.Find(names, entry => EqualityComparer<T>.Default.Equals(entry.Value, value)).Name;

    /// <summary>Python's -Infinity outside of texts as the lowest number that JSON can hold.</summary>
    static ReadOnlyMemory<byte> BoundedNumbers(ReadOnlyMemory<byte> utf8)
    {
        ReadOnlySpan<byte> infinity = "-Infinity"u8, lowest = "-1.7976931348623157E+308"u8, text = utf8.Span;
        if (text.IndexOf(infinity) < 0)
            return utf8;
        var result = new List<byte>(text.Length + lowest.Length);
        bool isText = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (!isText && text[i..].StartsWith(infinity))
            {
                result.AddRange(lowest);
                i += infinity.Length - 1;
                continue;
            }
            if (isText && text[i] == '\\' && i + 1 < text.Length)
                result.Add(text[i++]);
            else if (text[i] == '"')
                isText = !isText;
            result.Add(text[i]);
        }
        return result.ToArray();
    }
}
