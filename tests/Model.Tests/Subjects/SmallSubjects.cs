using System.Text;
using SuTI.Engine.Layers;
using SuTI.Model.Imaging;
using SuTI.Model.Nano;
using SuTI.Model.Subjects;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Text;
using SuTI.Model.Training;
using SuTI.Model.World;

namespace SuTI.Model.Tests.Subjects;

/// <summary>Untrained models of 16 pixels and runs whose clusters the world drew, for tests.</summary>
static class SmallSubjects
{
    internal const int Size = 16;

    internal static readonly ITokenizer Tokenizer = NanoTokenizer.Create();

    /// <summary>Writes an untrained model and opens it.</summary>
    internal static LoadedSubjectModel Open(TemporaryFolder folder, bool isApprentice, ulong seed = 3)
    {
        string json = """
            {"world": {"size": 16}, "model": {"text": {"width": 32, "layers": 1, "heads": 2}, "unet": {"channels": [32, 32], "head_width": 16, "conditioning": 32, "seam_channels": 4}},
             "training": {"steps": 1}}
            """;
        var config = StageConfig.Parse(Encoding.UTF8.GetBytes(json), "small");
        TrainingConfig.Read(config.Section("training"));
        using var store = new ParameterStore();
        var model = new SubjectModel(store.Root, SubjectRecipe.Read(config, Tokenizer, isApprentice).Model, Tokenizer);
        store.Allocate(seed);
        NanoTokenizer.Save(folder.File("tokenizer"));
        string path = folder.File(isApprentice ? "apprentice" : "base");
        SubjectModelFolder.Save(path, model, store, folder.File("tokenizer"), DType.Float32);
        return SubjectModelFolder.Open(path);
    }

    /// <summary>A run with clusters of four pictures and two prompts each.</summary>
    internal static RunCatalogue Run(string folder, int clusters)
    {
        var run = RunCatalogue.OpenOrCreate(folder);
        var world = new SubjectWorld(1);
        for (int id = 1; id <= clusters; id++)
        {
            var images = new List<ClusterImage>();
            var subject = world.Subject(WorldSplit.Train, id);
            for (int i = 0; i < 4; i++)
            {
                ulong sample = (ulong)((id * 16) + i);
                var picture = world.Draw(subject, world.Request(WorldSplit.Train, sample, PoseRange.Easy), 32, sample);
                string path = $"clusters/{id}-{i}.png";
                Directory.CreateDirectory(run.PathOf("clusters"));
                ImageFile.WritePng(run.PathOf(path), new Image(picture.Size, picture.Size, 3, picture.Pixels));
                images.Add(new(path, FileDigest.Of(run.PathOf(path)), $"p{id}{i}", picture.Caption, $"{id}-{i}"));
            }
            run.Clusters.Add(new(id, $"https://page.example/{id}", WorldCaptions.Describe(subject), subject.Class.Name, 0.9, images));
            run.Prompts.Add(id, "context", $"a {subject.Class.Name} on a beach");
            run.Prompts.Add(id, "style", $"a drawing of a {subject.Class.Name}", isHeldOut: true);
        }
        return run;
    }

    internal static IReadOnlyList<TuningPicture> Pictures(int count)
    {
        var world = new SubjectWorld(1);
        var subject = world.Subject(WorldSplit.Subjects, 1);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var picture = world.Draw(subject, world.Request(WorldSplit.Train, (ulong)i, PoseRange.Easy), 32, (ulong)i);
            return new TuningPicture(new Image(picture.Size, picture.Size, 3, picture.Pixels), picture.Prompt);
        })];
    }

    internal static byte[] Weights(ParameterStore store) => [.. store.Parameters.SelectMany(parameter => parameter.Value.ToArray<float>())
        .SelectMany(BitConverter.GetBytes)];
}
