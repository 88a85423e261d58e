using System.Text;
using SuTI.Model.Subjects;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Subjects;

/// <summary>A model of two levels begins one of three.</summary>
public class GrowingTests : LeakCheck
{
    [Test]
    public void What_was_learnt_becomes_the_innermost([Values] bool isApprentice)
    {
        using var temporary = new TemporaryFolder();
        using var small = SmallSubjects.Open(temporary, isApprentice);
        using var grown = Create(small.Folder.Path, "[16, 32, 32]", 2, isApprentice);
        Equal("text_encoder.text_model.embeddings.token_embedding.weight");
        Equal("unet.down_blocks.1.resnets.0.conv2.weight", "unet.down_blocks.0.resnets.0.conv2.weight");
        Equal("unet.down_blocks.2.attentions.0.to_q.weight", "unet.down_blocks.1.attentions.0.to_q.weight");
        Equal("unet.mid_block.resnets.0.conv1.weight");
        Equal("unet.up_blocks.0.resnets.0.conv1.weight");
        Equal("unet.up_blocks.1.attentions.0.to_q.weight");
        if (isApprentice)
        {
            Equal("apprentice.levels.2.to_v.weight", "apprentice.levels.1.to_v.weight");
            Equal("apprentice.mark");
        }
        grown.Export(temporary.File("grown"));
        using (var opened = SubjectModelFolder.Open(temporary.File("grown")))
            Assert.That(opened.Weights.Count, Is.EqualTo(grown.Parameters.Count));
        // The first block reads images of another width.
        Assert.That(grown.Parameters["unet.down_blocks.1.resnets.0.conv1.weight"].Shape, Is.Not.EqualTo(small.Weights["unet.down_blocks.0.resnets.0.conv1.weight"].Shape));

        void Equal(string path, string? before = null)
            => Assert.That(grown.Parameters[path].Value.ToArray<float>(), Is.EqualTo(small.Weights[before ?? path].Value.ToArray<float>()), path);
    }

    [Test]
    public void Further_levels_may_read_demonstrations()
    {
        using var temporary = new TemporaryFolder();
        using var small = SmallSubjects.Open(temporary, isApprentice: true);
        string between = temporary.File("between");
        using (var two = Create(small.Folder.Path, "[16, 32, 32]", 2, isApprentice: true))
            two.Export(between);
        using var three = Create(between, "[16, 32, 32]", 2, isApprentice: true, reading: 3);
        Assert.That(three.Parameters.Contains("apprentice.levels.0.to_q.weight"));
        using var before = SubjectModelFolder.Open(between);
        Assert.That(before.Weights.Contains("apprentice.levels.0.to_q.weight"), Is.False);
        foreach (var parameter in before.Weights.Parameters)
            Assert.That(three.Parameters[parameter.Path].Value.ToArray<float>(), Is.EqualTo(parameter.Value.ToArray<float>()), parameter.Path);
    }

    [Test]
    public void Levels_that_fit_nowhere_are_refused()
    {
        using var temporary = new TemporaryFolder();
        using var small = SmallSubjects.Open(temporary, isApprentice: false);
        Assert.That(() => Create(small.Folder.Path, "[32]", 1, isApprentice: false), Throws.TypeOf<SutiException>().With.Message.Contains("of fewer"));
        Assert.That(() => Create(small.Folder.Path, "[16, 32, 48]", 2, isApprentice: false), Throws.TypeOf<SutiException>().With.Message.Contains("as wide"));
    }

    static IExportingStage Create(string start, string channels, int attending, bool isApprentice, int? reading = null)
    {
        string json = $$"""
            {"start": "{{start}}", "world": {"size": 16}, "training": {"steps": 1},
             "model": {"text": {"width": 32, "layers": 1, "heads": 2}, "apprentice": {"levels": {{reading ?? attending}} },
                       "unet": {"channels": {{channels}}, "patch": 2, "attention_levels": {{attending}}, "head_width": 16, "conditioning": 32, "seam_channels": 4} } }
            """;
        var config = StageConfig.Parse(Encoding.UTF8.GetBytes(json), "grown");
        var training = TrainingConfig.Read(config.Section("training"));
        return SubjectStages.All.Single(stage => stage.Name == (isApprentice ? "apprentice" : "base")).Create(config, training, Device.Cpu);
    }
}
