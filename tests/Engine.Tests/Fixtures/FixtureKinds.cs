namespace SuTI.Engine.Tests.Fixtures;

/// <summary>
/// The kinds of fixtures that have a rule here. A folder's kind is the longest of these that its name begins with.
/// </summary>
static class FixtureKinds
{
    static readonly Dictionary<string, Action<FixtureCase>> s_rules = new(StringComparer.Ordinal)
    {
        ["op_activations"] = ActivationFixtures.Run,
        ["op_attention"] = AttentionFixtures.Run,
        ["op_conv2d"] = ConvolutionFixtures.Convolution,
        ["op_groupnorm_silu_conv"] = ConvolutionFixtures.NormalisedConvolution,
        ["block_resnet2d"] = ResnetFixtures.Run,
        ["op_misc"] = MiscFixtures.Run,
        ["op_norms"] = NormFixtures.Run,
        ["block_transformer2d"] = TransformerFixtures.Run,
        ["optimizers"] = OptimizerFixtures.Run,
        ["ema"] = EmaFixtures.Run,
        ["lr_schedules"] = ScheduleFixtures.Run,
    };

    // Kinds that a test class of their own runs, here or with the networks.
    static readonly string[] s_elsewhere =
    [
        "weight_formats", "clip_model_", "clip_text_", "clip_tokenizer", "clip_vision_", "dino_", "image_jpeg", "image_png",
        "image_pngsuite", "image_preprocess", "image_resize", "noise_schedules", "pipeline_if_", "pipeline_sd_", "schedulers",
        "t5_encoder_", "t5_tokenizer", "time_embedding", "train_dreambooth_", "unet_", "vae_kl_", "vit_",
    ];

    public static Action<FixtureCase>? Rule(string folder)
        => Kind(Path.GetFileName(folder)) is { } kind ? s_rules.GetValueOrDefault(kind) : null;

    public static bool IsKnown(string folder) => Kind(Path.GetFileName(folder)) is not null;

    static string? Kind(string name)
        => s_rules.Keys.Concat(s_elsewhere).Where(kind => name.StartsWith(kind, StringComparison.Ordinal))
            .MaxBy(kind => kind.Length);
}
