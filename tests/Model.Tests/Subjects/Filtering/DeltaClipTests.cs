using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Filtering;
using SuTI.Model.Tests.Evaluation;

namespace SuTI.Model.Tests.Subjects;

public class DeltaClipTests
{
    TemporaryFolder _folder = null!;
    RunCatalogue _run = null!;

    [SetUp]
    public void Make()
    {
        _folder = new();
        _run = RunCatalogue.OpenOrCreate(_folder.Root);
        // Own pictures: pure blue, and one half red.
        _run.Clusters.Add(new(1, "u1", "thing", "thing", 0.9, [Own("a", 0, 0, 200), Own("b", 120, 0, 160)]));
        _run.Clusters.Add(new(2, "u2", "thing", "thing", 0.9, [Own("c", 0, 200, 0)]));
        _run.Prompts.Add(1, "attribute", "a red thing");
        _run.Prompts.Add(1, "attribute", "a blue thing");
        _run.Prompts.Add(2, "attribute", "a red thing", isHeldOut: true);
    }

    [TearDown]
    public void Remove()
    {
        _run.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Delta_is_the_output_less_the_best_of_the_cluster()
    {
        var delta = DeltaClip.Of(0.31, [0.2, 0.28, 0.1]);
        Assert.That(delta.Delta, Is.EqualTo(0.03).Within(1e-12));
        Assert.That(DeltaClip.Of(0.1, [0.5]).Delta, Is.EqualTo(-0.4).Within(1e-12));
        Assert.That(DeltaClip.Passes(0.02, 0.02), Is.False, "Δ > λ, not Δ ≥ λ");
        Assert.That(() => DeltaClip.Of(1, []), Throws.ArgumentException);
    }

    [Test]
    public void Pictures_are_measured_kept_and_counted_as_by_hand()
    {
        Draw(1, 1, 255, 0, 0);       // red for "red": 1 - 0.6
        Draw(1, 2, 150, 0, 200);     // 0.6 - 0.6: not above
        Draw(2, 1, 0, 0, 255);       // blue for "blue": 1 - 1
        Draw(3, 1, 255, 0, 0);       // held out: 1 - 0, never kept
        var model = new ColourEmbedder();
        var summary = DeltaClipFilter.Run(_run, model, model, 0.02);
        Assert.That((summary.Measured, summary.Known, summary.Pictures, summary.Kept, summary.KeptClusters), Is.EqualTo((4, 0, 3, 1, 1)));
        Assert.That(_run.Outputs.Score(1, DeltaClipFilter.Score, model.Digest), Is.EqualTo(0.4).Within(1e-6));
        Assert.That(_run.Outputs.Score(1, DeltaClipFilter.ReferenceScore, model.Digest), Is.EqualTo(0.6).Within(1e-6));
        Assert.That(_run.Outputs.Score(4, DeltaClipFilter.Score, model.Digest), Is.EqualTo(1).Within(1e-6));
        var kept = DeltaClipFilter.Kept(_run, model.Digest).Single();
        Assert.That((kept.Output.Id, kept.Prompt.Text), Is.EqualTo((1L, "a red thing")));
        Assert.That(summary.AtThresholds.Select(bound => bound.Threshold), Is.EqualTo([0, 0.01, 0.015, 0.02, 0.025]));
        Assert.That(summary.Quantiles[^1].Delta, Is.EqualTo(0.4).Within(1e-6));
        string[] lines = File.ReadAllLines(_folder.File("kept.jsonl"));
        Assert.That(lines, Has.Length.EqualTo(1));
        Assert.That(File.ReadAllText(_folder.File("filter.sha256")), Is.EqualTo($"{FileDigest.Of(_folder.File("kept.jsonl"))}  kept.jsonl\n"));
    }

    [Test]
    public void What_was_measured_is_not_measured_again_and_another_threshold_needs_no_model()
    {
        Draw(1, 1, 255, 0, 0);
        var model = new ColourEmbedder();
        DeltaClipFilter.Run(_run, model, model);
        Draw(1, 2, 250, 9, 0);
        var second = new ColourEmbedder();
        var summary = DeltaClipFilter.Run(_run, second, second, 0.99);
        Assert.That((summary.Measured, summary.Known, summary.Kept), Is.EqualTo((1, 1, 0)));
        Assert.That((second.Pictures, second.Texts), Is.EqualTo((1, 0)), "own pictures and prompts come from the catalogue");
        var other = new ColourEmbedder { Digest = "another" };
        Assert.That(DeltaClipFilter.Run(_run, other, other).Measured, Is.EqualTo(2), "scores of two models are never mixed");
    }

    [Test]
    public void Lost_changed_and_broken_pictures_are_counted_and_passed_over()
    {
        for (int seed = 1; seed <= 5; seed++)
            Draw(1, seed, 255, 0, (byte)seed);
        File.Delete(_folder.File("1-1.png"));
        ImageFile.WritePng(_folder.File("1-2.png"), new Image(1, 1, 3, [1, 2, 3]));
        File.WriteAllText(_folder.File("broken.png"), "no picture");
        _run.Outputs.Add(new(0, 1, 77, "broken.png", FileDigest.Of(_folder.File("broken.png"))));
        _run.Outputs.Add(new(0, 1, 78, "../outside.png", "00"));
        var model = new ColourEmbedder();
        var summary = DeltaClipFilter.Run(_run, model, model);
        Assert.That((summary.Measured, summary.Missing, summary.Changed), Is.EqualTo((3, 3, 1)));
    }

    [Test]
    public void A_picture_of_a_cluster_that_was_changed_is_an_error()
    {
        Draw(1, 1, 255, 0, 0);
        ImageFile.WritePng(_folder.File("b.png"), new Image(1, 1, 3, [1, 2, 3]));
        var model = new ColourEmbedder();
        Assert.That(() => DeltaClipFilter.Run(_run, model, model), Throws.InstanceOf<SutiException>().With.Message.Contains("was changed"));
    }

    [Test]
    public void Two_filters_at_once_do_not_mix()
    {
        using var taken = StageLock.Take(_run, "filter");
        var model = new ColourEmbedder();
        Assert.That(() => DeltaClipFilter.Run(_run, model, model), Throws.InstanceOf<SutiException>().With.Message.Contains("another process"));
    }

    [Test]
    public void Texts_and_pictures_of_two_models_are_refused()
        => Assert.That(() => DeltaClipFilter.Run(_run, new ColourEmbedder(), new ColourEmbedder { Digest = "b" }),
            Throws.InstanceOf<SutiException>().With.Message.Contains("one model"));

    ClusterImage Own(string name, byte red, byte green, byte blue)
    {
        var image = new Image(1, 1, 3, [red, green, blue]);
        ImageFile.WritePng(_folder.File($"{name}.png"), image);
        return new($"{name}.png", FileDigest.Of(_folder.File($"{name}.png")), PixelDigest.Of(image), "", "");
    }

    void Draw(long prompt, long seed, byte red, byte green, byte blue)
    {
        string name = $"{prompt}-{seed}.png";
        ImageFile.WritePng(_folder.File(name), new Image(1, 1, 3, [red, green, blue]));
        Assert.That(_run.Outputs.Add(new(0, prompt, seed, name, FileDigest.Of(_folder.File(name)))), Is.True);
    }
}
