using SuTI.Model.Subjects;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Experts;
using SuTI.Model.Subjects.Filtering;
using SuTI.Model.Tests.Evaluation;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Subjects;

public class RunSubjectsTests : LeakCheck
{
    [Test]
    public void Kept_outputs_are_targets_and_the_clusters_pictures_demonstrations()
    {
        using var folder = new TemporaryFolder();
        Draw(folder, 3, out var outputs);
        using var scope = TensorScope.Open("test");
        using var data = new RunSubjects(RunCatalogue.Open(folder.File("run")), RunTargets.Outputs, -2, SmallSubjects.Size, 2, 3, Device.Cpu);
        Assert.That((data.Count, data.OutputCount), Is.EqualTo((3, 6)), "pictures of held-out prompts are none of them");
        var batch = data.Batch(new(5, 0, 8, 1));
        Assert.That((batch.Subjects, batch.TargetsEach, batch.DemonstrationsEach), Is.EqualTo((4, 2, 3)));
        Assert.That(batch.Prompts, Has.All.Contains("on a beach"));
        Assert.That(batch.Targets.ToArray<float>(), Has.All.InRange(-1f, 1f));
        Assert.That(data.Batch(new(5, 0, 8, 1)).Targets.ToArray<float>(), Is.EqualTo(batch.Targets.ToArray<float>()));
        var second = data.Batch(new(5, 1, 4, 1));
        Assert.That(second.Demonstrations!.ToArray<float>(), Is.EqualTo(batch.Demonstrations!.Slice(0, 6, 6).ToArray<float>()), "splitting changes nothing");
        Assert.That(data.HeldOut(4, 2).Subjects, Is.EqualTo(4));
        Assert.That(() => new RunSubjects(RunCatalogue.Open(folder.File("run")), RunTargets.Outputs, 1.9, 16, 2, 3, Device.Cpu),
            Throws.TypeOf<SutiException>().With.Message.Contains("no pictures to learn from"));
        File.WriteAllText(outputs, "changed");
        Assert.That(() => { using var other = new RunSubjects(RunCatalogue.Open(folder.File("run")), RunTargets.Outputs, -2, 16, 8, 3, Device.Cpu); for (int i = 0; i < 20; i++) other.Batch(new(i, 0, 8, 1)); },
            Throws.TypeOf<SutiException>().With.Message.Contains("changed"));
    }

    [Test]
    public void A_clusters_picture_is_never_its_own_demonstration()
    {
        using var folder = new TemporaryFolder();
        SmallSubjects.Run(folder.File("run"), 25).Dispose();
        using var scope = TensorScope.Open("test");
        using var data = new RunSubjects(RunCatalogue.Open(folder.File("run")), RunTargets.Clusters, null, SmallSubjects.Size, 1, 3, Device.Cpu);
        Assert.That(data.Count, Is.EqualTo(24), "one of them is held out");
        for (int step = 0; step < 10; step++)
        {
            var batch = data.Batch(new(step, 0, 4, 1));
            for (int group = 0; group < 4; group++)
            {
                float[] target = batch.Targets.Slice(0, group, 1).ToArray<float>();
                for (int i = 0; i < 3; i++)
                    Assert.That(batch.Demonstrations!.Slice(0, (group * 3) + i, 1).ToArray<float>(), Is.Not.EqualTo(target));
            }
        }
    }

    [Test]
    public void Outputs_that_were_not_filtered_are_refused()
    {
        using var folder = new TemporaryFolder();
        SmallSubjects.Run(folder.File("run"), 2).Dispose();
        using var run = RunCatalogue.Open(folder.File("run"));
        Assert.That(() => new RunSubjects(run, RunTargets.Outputs, null, 16, 2, 3, Device.Cpu), Throws.TypeOf<SutiException>().With.Message.Contains("filtered"));
    }

    static void Draw(TemporaryFolder folder, int clusters, out string first)
    {
        using var loaded = SmallSubjects.Open(folder, isApprentice: false);
        using var run = SmallSubjects.Run(folder.File("run"), clusters);
        using (var worker = new ExpertWorker(run, loaded, new() { Tuning = new() { Steps = 1, BatchSize = 1, Optimizer = new OptimizerConfig("adamw", 1e-4) }, Steps = 1, Count = 2 }))
            worker.Run();
        var model = new ColourEmbedder();
        DeltaClipFilter.Run(run, model, model, -2);
        first = run.PathOf(run.Outputs.All().First().Path);
    }
}
