using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Text;
using SuTI.Model.Unet;

namespace SuTI.Model.Subjects;

/// <summary>Models that draw pictures larger as folders: those of diffusers, with a schedule of our own.</summary>
public static class UpscalerFolder
{
    public const string ClassName = "SutiUpscalerPipeline";

    const string Unet = "unet", Text = "text_encoder", Tokenizer = "tokenizer", Scheduler = "scheduler";
    const string ScheduleClass = "SutiDetailSchedule";

    /// <summary>Writes a model as a whole; an older one of that name is replaced.</summary>
    /// <param name="store">Of the model's parameters, whose values are written.</param>
    /// <param name="tokenizer">A folder with the tokenizer's files, where the model reads texts.</param>
    /// <param name="type">Of the files: f32, or a half.</param>
    public static void Save(string path, Upscaler model, ParameterStore store, string? tokenizer = null, DType type = DType.Float16)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(store);
        var config = model.Config;
        List<SavedPart> parts =
        [
            new(Unet, "diffusers", "UNet2DConditionModel") { Config = UnetConfigWriter.Write(config.Unet), Weights = Weights(Unet) },
            new(Scheduler, "suti", ScheduleClass) { Config = Schedule(config), ConfigFile = "scheduler_config.json" },
        ];
        if (config.Text is { } text)
        {
            parts.Add(new(Text, "transformers", "CLIPTextModel") { Config = text.ToJson(), Weights = Weights(Text), WeightType = type });
            parts.Add(new(Tokenizer, "transformers", "CLIPTokenizer") { CopyOf = tokenizer ?? throw new ArgumentNullException(nameof(tokenizer)) });
        }
        ModelFolderWriter.Save(path, ClassName, parts);

        IReadOnlyList<SafetensorsTensor> Weights(string part) => store.Stored(new() { Under = part, DType = type });
    }

    /// <summary>Opens a model with its weights.</summary>
    /// <exception cref="SutiException">No such model, or one of another kind; a part is missing or broken.</exception>
    public static LoadedUpscaler Open(string path, Device? device = null, DType type = DType.Float32)
    {
        var folder = ModelFolder.Open(path);
        if (folder.ClassName != ClassName)
            throw new SutiException(folder.Path, "this kind of model enlarges no pictures of subjects", ClassName, folder.ClassName);
        var text = folder.Find(Text) is { } encoder ? ClipTextConfig.Read(encoder.OpenConfig()) : null;
        var config = ReadSchedule(folder[Scheduler].OpenConfig(), UnetConfigReader.Read(folder[Unet].OpenConfig()), text);
        var tokenizer = text is null ? null : Tokenizers.Open(folder[Tokenizer].Folder);
        var store = new ParameterStore(device, type);
        try
        {
            var model = new Upscaler(store.Root, config, tokenizer);
            foreach (string name in text is null ? new[] { Unet } : [Unet, Text])
            {
                using var weights = folder[name].OpenWeights();
                store.Load(weights, new() { Under = name });
            }
            return new(folder, model, store);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    static JsonConfig Schedule(UpscalerConfig config) => ConfigWriter.Write("schedule", json =>
    {
        json.WriteString("_class_name", ScheduleClass);
        json.WriteNumber("deviation", config.Deviation);
        json.WriteNumber("largest_augmentation", config.LargestAugmentation);
        json.WriteString("prediction_type", PredictionNames.Of(config.Prediction));
    });

    static UpscalerConfig ReadSchedule(JsonConfig config, UnetConfig unet, ClipTextConfig? text)
    {
        config.Choice("_class_name", null, (ScheduleClass, true));
        double deviation = config.Number("deviation", 1), largest = config.Number("largest_augmentation", 0);
        if (!(deviation > 0))
            throw config.Unsupported("deviation", "more than 0", FormattableString.Invariant($"{deviation}"));
        if (!(largest is >= 0 and < 1))
            throw config.Unsupported("largest_augmentation", "0 to less than 1", FormattableString.Invariant($"{largest}"));
        var prediction = config.Choice("prediction_type", null, PredictionNames.All);
        config.Finish();
        return new(unet, text, prediction, deviation, largest);
    }
}

/// <summary>A model that draws pictures larger, and the memory that it lives in.</summary>
public sealed class LoadedUpscaler : IDisposable
{
    internal LoadedUpscaler(ModelFolder folder, Upscaler model, ParameterStore weights) => (Folder, Model, Weights) = (folder, model, weights);

    public ModelFolder Folder { get; }

    public Upscaler Model { get; }

    public ParameterStore Weights { get; }

    public void Dispose() => Weights.Dispose();
}
