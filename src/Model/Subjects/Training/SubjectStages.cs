using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Nano;
using SuTI.Model.Training;
using SuTI.Model.World;

namespace SuTI.Model.Subjects;

/// <summary>The stages that train what draws.</summary>
public static class SubjectStages
{
    public static IReadOnlyList<TrainingRecipe> All { get; } =
    [
        new("base", "Trains a model that draws from text alone.", (config, training, device) => Create("base", config, training, device), HasStart: true),
        new("apprentice", "Trains an apprentice: a model that draws a subject from demonstrations.",
            (config, training, device) => Create("apprentice", config, training, device), ReadsRun: true, HasStart: true),
        new("sr", "Trains what draws pictures twice as large.", (config, _, device) => CreateUpscaler(config, device)),
    ];

    static UpscalerStage CreateUpscaler(StageConfig config, Device device)
    {
        var tokenizer = NanoTokenizer.Create();
        var recipe = UpscalerRecipe.Read(config, tokenizer);
        var store = new ParameterStore(device);
        try
        {
            var model = new Upscaler(store.Root, recipe.Model, tokenizer);
            return new(model, store, new WorldSubjects(new SubjectWorld(recipe.WorldSeed), recipe.Size, 1, 0, recipe.Pose, device), recipe.Options);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    static SubjectStage Create(string name, StageConfig config, TrainingConfig training, Device device)
    {
        bool isApprentice = name == "apprentice";
        var tokenizer = NanoTokenizer.Create();
        var recipe = SubjectRecipe.Read(config, tokenizer, isApprentice);
        var source = SubjectDataRecipe.Read(config.Section("data"), isApprentice);
        bool recomputes = config.Flag("checkpointing", false, "Whether layers of the U-Net run again on the way back rather than keep what is inside them: less memory, a third more time.");
        string start = config.Text("start", "", "A model's folder whose parts it begins with, an apprentice also with those of a base; empty begins anew.");
        var store = new ParameterStore(device);
        try
        {
            var model = new SubjectModel(store.Root, recipe.Model, tokenizer);
            model.Unet.Recomputes = recomputes;
            if (start.Length > 0)
                SubjectModelFolder.Start(start, model, store, training.Seed);
            return new(name, model, store, source.Open(recipe, device), recipe.Options);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }
}
