using System.Globalization;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Model.Diffusion;
using SuTI.Model.Folders;
using SuTI.Model.Text;
using SuTI.Model.Unet;

namespace SuTI.Model.Subjects;

/// <summary>
/// Models that draw subjects as folders: those of diffusers, with <c>apprentice</c> as one part more and a schedule of our own.
/// </summary>
public static class SubjectModelFolder
{
    public const string ClassName = "SutiPipeline";

    const string Unet = "unet", Text = "text_encoder", Apprentice = "apprentice", Tokenizer = "tokenizer", Scheduler = "scheduler";
    const string ScheduleClass = "SutiCosineSchedule";

    /// <summary>Writes a model as a whole; an older one of that name is replaced.</summary>
    /// <param name="store">Of the model's parameters, whose values are written.</param>
    /// <param name="tokenizer">A folder with the tokenizer's files.</param>
    /// <param name="type">Of the files: f32, or a half.</param>
    public static void Save(string path, SubjectModel model, ParameterStore store, string tokenizer, DType type = DType.Float16)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(store);
        var config = model.Config;
        List<SavedPart> parts =
        [
            new(Text, "transformers", "CLIPTextModel") { Config = config.Text.ToJson(), Weights = Weights(Text), WeightType = type },
            new(Unet, "diffusers", "UNet2DConditionModel") { Config = UnetConfigWriter.Write(config.Unet), Weights = Weights(Unet) },
            new(Tokenizer, "transformers", "CLIPTokenizer") { CopyOf = tokenizer },
            new(Scheduler, "suti", ScheduleClass) { Config = Schedule(config), ConfigFile = "scheduler_config.json" },
        ];
        if (config.Apprentice is { } apprentice)
            parts.Add(new(Apprentice, "suti", ApprenticeConfig.ClassName) { Config = apprentice.Write(), Weights = Weights(Apprentice) });
        ModelFolderWriter.Save(path, ClassName, parts);

        IReadOnlyList<SafetensorsTensor> Weights(string part) => store.Stored(new() { Under = part, DType = type });
    }

    /// <summary>Writes a model that was opened, with its weights as they are now.</summary>
    /// <inheritdoc cref="Save(string, SubjectModel, ParameterStore, string, DType)"/>
    public static void Save(string path, LoadedSubjectModel loaded, DType type = DType.Float16)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        Save(path, loaded.Model, loaded.Weights, loaded.Folder[Tokenizer].Folder, type);
    }

    /// <summary>Opens a model with its weights.</summary>
    /// <exception cref="SutiException">No such model, or one of another kind; a part is missing or broken.</exception>
    public static LoadedSubjectModel Open(string path, Device? device = null, DType type = DType.Float32)
    {
        var folder = ModelFolder.Open(path);
        if (folder.ClassName != ClassName)
            throw new SutiException(folder.Path, "this kind of model draws no subjects", ClassName, folder.ClassName);
        var (prediction, offset, finer) = ReadSchedule(folder[Scheduler].OpenConfig());
        var config = new SubjectModelConfig(ClipTextConfig.Read(folder[Text].OpenConfig()), UnetConfigReader.Read(folder[Unet].OpenConfig()),
            folder.Find(Apprentice) is { } part ? ApprenticeConfig.Read(part.OpenConfig()) : null, prediction)
        { ScheduleOffset = offset, ScheduleFiner = finer };
        var tokenizer = Tokenizers.Open(folder[Tokenizer].Folder);
        var store = new ParameterStore(device, type);
        try
        {
            var model = new SubjectModel(store.Root, config, tokenizer);
            foreach (string name in config.Apprentice is null ? new[] { Text, Unet } : [Text, Unet, Apprentice])
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

    /// <summary>
    /// Gives a model that is to be trained the values of one that has been, where that has the part. A model with more levels grows outwards: the
    /// other's levels are its innermost, and what lies between old and new begins anew (Gu et al., Matryoshka Diffusion Models, 2023, section 3.3);
    /// so do levels that read demonstrations where the other's do not.
    /// </summary>
    /// <param name="seed">Of the values of other parts.</param>
    /// <exception cref="SutiException">No such model, or parts of other shapes.</exception>
    internal static void Start(string path, SubjectModel model, ParameterStore store, ulong seed)
    {
        var folder = ModelFolder.Open(path);
        int[] widths = [.. model.Config.Unet.Levels.Select(level => level.Channels)];
        int[] inner = [.. UnetConfigReader.Read(folder[Unet].OpenConfig()).Levels.Select(level => level.Channels)];
        int grown = widths.Length - inner.Length;
        // Else most of what was learnt would fit nowhere, and be begun anew.
        if (grown < 0 || !widths.Skip(grown).SequenceEqual(inner))
            throw new SutiException(CheckpointException.Printable(folder.Path, 1000), "a model begins with one of as many levels, or of fewer, as wide as its innermost",
                string.Join(", ", widths), string.Join(", ", inner));
        store.Allocate(seed);
        foreach (string name in model.Apprentice is null ? new[] { Text, Unet } : [Text, Unet, Apprentice])
        {
            if (folder.Find(name) is not { } part)
                continue;
            using var weights = part.OpenWeights();
            bool grows = name switch
            {
                Text => false,
                Unet => grown > 0,
                _ => grown > 0 || !ApprenticeConfig.Read(part.OpenConfig()).Levels.SequenceEqual(model.Apprentice!.Config.Levels),
            };
            store.Load(weights, grows ? GrownOptions(store, weights, name, grown) : new() { Under = name });
        }
    }

    static CheckpointLoadOptions GrownOptions(ParameterStore store, IWeightSource weights, string part, int grown)
    {
        var shapes = weights.Entries.ToDictionary(entry => entry.Name, entry => entry.Shape, StringComparer.Ordinal);
        return new() { Under = part, AllowMissing = true, AllowUnused = true, Rename = Renamed };

        string? Renamed(string name)
        {
            string[] words = name.Split('.');
            // Blocks on the way up are counted from the innermost.
            if (words[0] is "down_blocks" or "levels")
                words[1] = (int.Parse(words[1], CultureInfo.InvariantCulture) + grown).ToString(CultureInfo.InvariantCulture);
            string renamed = string.Join('.', words), path = $"{part}.{renamed}";
            return store.Contains(path) && store[path].CheckpointShape.Select(side => (long)side).SequenceEqual(shapes[name]) ? renamed : null;
        }
    }

    static JsonConfig Schedule(SubjectModelConfig config) => ConfigWriter.Write("schedule", json =>
    {
        json.WriteString("_class_name", ScheduleClass);
        json.WriteNumber("offset", config.ScheduleOffset);
        json.WriteNumber("finer", config.ScheduleFiner);
        json.WriteString("prediction_type", PredictionNames.Of(config.Prediction));
    });

    static (PredictionType Prediction, double Offset, double Finer) ReadSchedule(JsonConfig config)
    {
        config.Choice("_class_name", null, (ScheduleClass, true));
        var read = (config.Choice("prediction_type", null, PredictionNames.All), config.Number("offset", 0), config.Number("finer", 1));
        config.Finish();
        return read;
    }
}

/// <summary>A model that draws subjects, and the memory that it lives in.</summary>
public sealed class LoadedSubjectModel : IDisposable
{
    internal LoadedSubjectModel(ModelFolder folder, SubjectModel model, ParameterStore weights)
        => (Folder, Model, Weights) = (folder, model, weights);

    public ModelFolder Folder { get; }

    public SubjectModel Model { get; }

    public ParameterStore Weights { get; }

    public void Dispose() => Weights.Dispose();
}
