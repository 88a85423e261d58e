using System.Text;
using SuTI.Engine.Layers;
using SuTI.Model.Nano;
using SuTI.Model.Subjects;
using SuTI.Model.Training;

namespace SuTI.Tests;

/// <summary>Folders with small, untrained models that draw subjects of 16 pixels.</summary>
static class SmallSubjectModel
{
    const string Recipe = """
        {"world": {"size": 16}, "model": {"text": {"width": 32, "layers": 1, "heads": 2},
          "unet": {"channels": [32, 32], "head_width": 16, "conditioning": 32, "seam_channels": 4}}}
        """;

    internal static string Write(string folder, bool isApprentice, ulong seed = 3)
    {
        var config = StageConfig.Parse(Encoding.UTF8.GetBytes(Recipe), "small");
        var tokenizer = NanoTokenizer.Create();
        var recipe = SubjectRecipe.Read(config, tokenizer, isApprentice);
        using var store = new ParameterStore();
        var model = new SubjectModel(store.Root, recipe.Model, tokenizer);
        store.Allocate(seed);
        string words = Directory.CreateTempSubdirectory("suti-tests-").FullName;
        try
        {
            NanoTokenizer.Save(words);
            SubjectModelFolder.Save(folder, model, store, words);
        }
        finally
        {
            Directory.Delete(words, recursive: true);
        }
        return folder;
    }
}
