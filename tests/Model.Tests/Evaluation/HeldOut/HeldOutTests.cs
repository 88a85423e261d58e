using SuTI.Model.Evaluation;
using SuTI.Model.Evaluation.HeldOut;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects;
using SuTI.Model.World;

namespace SuTI.Model.Tests.Evaluation.HeldOut;

/// <summary>The test set is what it says, the judge knows right from wrong, and an evaluation that was stopped goes on.</summary>
public class HeldOutTests : LeakCheck
{
    static readonly EvaluationSettings s_small = new() { Subjects = 3, Prompts = 5, Count = 2, Size = 16, Steps = 2, Decoys = 2, References = 2, Demonstrations = 4, Batch = 4 };

    [Test]
    public void Subjects_are_held_out_and_decoys_are_others_of_their_class([Values(WorldSplit.Subjects, WorldSplit.Classes)] WorldSplit split)
    {
        var set = new TestSet(s_small with { Subjects = 12, Split = split });
        var world = new SubjectWorld(1);
        Assert.That(set.Subjects.Select(subject => subject.Subject.Index), Is.Unique);
        foreach (var subject in set.Subjects)
        {
            Assert.That(world.SplitOf(subject.Subject), Is.EqualTo(split));
            Assert.That(subject.Demonstrations, Has.Count.EqualTo(4));
            Assert.That(subject.Demonstrations.Select(photograph => photograph.Caption), Has.All.Contains(subject.Class));
            Assert.That(subject.Decoys, Has.Count.EqualTo(2));
            var pictures = subject.Demonstrations.Select(photograph => photograph.Image).Concat(subject.References).Concat(subject.Decoys.SelectMany(decoy => decoy));
            Assert.That(pictures.Select(picture => Convert.ToBase64String(picture.Bytes)), Is.Unique);
        }
        if (split == WorldSplit.Subjects)
            Assert.That(set.Subjects.Select(subject => subject.Class), Is.Unique);
        Assert.That(new TestSet(set.Settings).Digest, Is.EqualTo(set.Digest));
        Assert.That(new TestSet(set.Settings with { Seed = 2 }).Digest, Is.Not.EqualTo(set.Digest));
    }

    [Test]
    public void Fewer_of_anything_are_the_first_of_more()
    {
        var more = new TestSet(s_small with { Subjects = 6, Prompts = 10, Demonstrations = 5, Decoys = 3 });
        var fewer = new TestSet(s_small);
        for (int i = 0; i < 3; i++)
        {
            Assert.That(fewer.Subjects[i].Prompts.Select(prompt => prompt.Text), Is.EqualTo(more.Subjects[i].Prompts.Take(5).Select(prompt => prompt.Text)));
            Assert.That(fewer.Subjects[i].Demonstrations.Select(photograph => photograph.Image.Bytes.ToArray()),
                Is.EqualTo(more.Subjects[i].Demonstrations.Take(4).Select(photograph => photograph.Image.Bytes.ToArray())));
            Assert.That(fewer.Subjects[i].References[1].Bytes.ToArray(), Is.EqualTo(more.Subjects[i].References[1].Bytes.ToArray()));
        }
    }

    [Test]
    public void Prompts_are_of_five_kinds_unseen_and_have_one_right_answer()
    {
        var set = new TestSet(s_small with { Subjects = 40, Prompts = 10 });
        foreach (var subject in set.Subjects)
        {
            Assert.That(subject.Prompts.Select(prompt => prompt.Kind).Take(5), Is.EqualTo(new[] { "context", "attribute", "style", "accessory", "view" }));
            Assert.That(subject.Prompts.Select(prompt => prompt.Text), Is.Unique);
            foreach (var prompt in subject.Prompts)
            {
                Assert.That(prompt.Text, Does.Contain(subject.Class).And.Contain(prompt.Request.Scene.Phrase));
                Assert.That(WorldRequests.IsHeldOut(prompt.Request), Is.EqualTo(prompt.Kind is "attribute" or "style" or "accessory"), prompt.Text);
                Assert.That(prompt.Request.Edit?.Name, Is.Not.EqualTo(subject.Subject.ColourName));
                Assert.That(prompt.Attribute is null, Is.EqualTo(prompt.Kind == "context"));
                foreach (var choice in new[] { prompt.Scene, prompt.Attribute }.OfType<TextChoice>())
                {
                    Assert.That(choice.Texts, Is.Unique);
                    Assert.That(choice.Texts[choice.Right], Is.EqualTo(prompt.Text));
                }
            }
        }
    }

    [Test]
    public void A_judge_that_sees_the_truth_gives_real_pictures_full_marks_and_copies_no_text()
    {
        var set = new TestSet(s_small with { Prompts = 10 });
        var oracle = new Oracle(set);
        var judge = new PictureJudge(set, oracle, oracle, oracle);
        foreach (var subject in set.Subjects)
        {
            var real = judge.Score(subject, new RealRoute(set).Draw(subject, default).Images);
            Assert.That(real, Has.Count.EqualTo(20));
            Assert.That(real, Has.All.Matches<PictureScore>(score => score is { Identity: true, IdentityInClass: true, Scene: true, Attribute: true or null }));
            Assert.That(real.Select(score => score.Prompt), Is.EqualTo(Enumerable.Range(0, 20).Select(i => i / 2)));
            var copies = judge.Score(subject, new CopyRoute(set.Settings).Draw(subject, default).Images);
            Assert.That(copies, Has.All.Matches<PictureScore>(score => score is { Identity: true, IdentityInClass: true, Dino: 1, Scene: false, Attribute: false or null }));
            var other = set.Subjects[(subject.Number + 1) % 3];
            var wrong = judge.Score(subject, new RealRoute(set).Draw(other, default).Images);
            Assert.That(wrong, Has.All.Matches<PictureScore>(score => score is { Identity: false, Dino: 0 }));
            // Of the class, but another individual.
            var decoy = judge.Score(subject, [.. Enumerable.Repeat(subject.Decoys[0][1], 20)]);
            Assert.That(decoy, Has.All.Matches<PictureScore>(score => score is { IdentityInClass: false, Dino: 0 }));
        }
    }

    [Test]
    public void An_evaluation_that_was_stopped_goes_on_and_is_not_mixed_with_others()
    {
        using var temporary = new TemporaryFolder();
        using var apprentice = SubjectModelFolder.Open(SmallSubjectModel.Write(temporary.File("apprentice"), isApprentice: true));
        var set = new TestSet(s_small);
        var judge = new PictureJudge(set, new ColourEmbedder(), new ColourEmbedder(), new ColourEmbedder());
        IReadOnlyList<IDrawingRoute> Routes(EvaluationSettings settings)
            => [new RealRoute(set), new CopyRoute(settings), new ModelRoute("none", apprentice, 0, settings), new ModelRoute("two", apprentice, 2, settings)];
        var whole = Evaluate("whole", Routes(s_small), stopAfter: int.MaxValue);
        using (var stopped = EvaluationFolder.Open(temporary.File("parts"), set, judge))
        {
            using var stop = new CancellationTokenSource();
            Assert.That(() => HeldOutEvaluation.Run(set, judge, Routes(s_small), stopped, (done, _, _) =>
            {
                if (done == 6)
                    stop.Cancel();
            }, stop.Token), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(stopped.Results, Has.Count.InRange(5, 6));
        }
        // As if it had been killed while it wrote.
        File.AppendAllText(temporary.File("parts/results.jsonl"), "{\"subject\": 1, \"rou");
        var parts = Evaluate("parts", Routes(s_small with { Batch = 3 }), int.MaxValue);
        Assert.That(parts.Select(Scores), Is.EquivalentTo(whole.Select(Scores)));
        Assert.That(parts, Has.Count.EqualTo(12));
        Assert.That(File.ReadAllBytes(temporary.File("parts/pictures/0001/two.png")), Is.EqualTo(File.ReadAllBytes(temporary.File("whole/pictures/0001/two.png"))));
        Assert.That(parts.Where(result => result.Route == "two").Select(result => result.First), Has.All.GreaterThan(0));
        using (var again = EvaluationFolder.Open(temporary.File("parts"), set, judge))
        {
            Assert.That(() => HeldOutEvaluation.Run(set, judge, [new ModelRoute("two", apprentice, 3, s_small)], again),
                Throws.TypeOf<SutiException>().With.Message.Contains("made by something else"));
            Assert.That(() => HeldOutEvaluation.Run(set, judge, [new RealRoute(set), new RealRoute(set)], again), Throws.TypeOf<SutiException>().With.Message.Contains("names of their own"));
        }
        var otherSet = new TestSet(s_small with { Steps = 3 });
        Assert.That(() => EvaluationFolder.Open(temporary.File("parts"), otherSet, judge), Throws.TypeOf<SutiException>().With.Message.Contains("other settings"));
        File.AppendAllText(temporary.File("parts/results.jsonl"), "{}\n");
        Assert.That(() => EvaluationFolder.Open(temporary.File("parts"), set, judge), Throws.TypeOf<SutiException>().With.Message.Contains("another form"));

        IReadOnlyList<RouteResult> Evaluate(string name, IReadOnlyList<IDrawingRoute> routes, int stopAfter)
        {
            using var folder = EvaluationFolder.Open(temporary.File(name), set, judge);
            HeldOutEvaluation.Run(set, judge, routes, folder);
            var summary = EvaluationReport.Write(folder, set, "two", "cpu");
            Assert.That(summary.Routes.Select(route => route.Route), Is.EqualTo(new[] { "real", "copy", "none", "two" }));
            Assert.That(summary.Comparisons.Select(pair => pair.Second), Is.EquivalentTo(new[] { "real", "copy", "none" }));
            Assert.That(File.ReadAllText(temporary.File($"{name}/results.md")), Does.Contain("| two | 3 |").And.Contain("two minus another route"));
            Assert.That(File.ReadAllText(temporary.File($"{name}/results.json")), Does.Contain("\"identity_class\"").And.Contain("differences").And.Not.Contain("times_sooner"), "no route was prepared");
            Assert.That(ImageFile.Read(temporary.File($"{name}/grids/0002.png")).Height, Is.EqualTo((6 * (32 + 4)) + 4));
            return [.. folder.Results];
        }

        static string Scores(RouteResult result) => $"{result.Subject} {result.Route} {string.Join(';', result.Pictures)}";
    }

    [Test]
    public void A_tuned_route_gives_the_weights_back_whatever_happens([Values] bool readsDemonstrations)
    {
        using var temporary = new TemporaryFolder();
        using var loaded = SubjectModelFolder.Open(SmallSubjectModel.Write(temporary.File("model"), isApprentice: readsDemonstrations));
        var set = new TestSet(s_small);
        var plain = new ModelRoute("plain", loaded, readsDemonstrations ? 4 : 0, s_small).Draw(set.Subjects[1], default);
        var tuning = new TuningOptions { Steps = 3, BatchSize = 2, Optimizer = new("adamw", 0.01), ReadsDemonstrations = readsDemonstrations };
        using var route = new TunedRoute("tuned", loaded, tuning, 4, s_small, subjects: 2);
        var tuned = route.Draw(set.Subjects[1], default);
        Assert.That(tuned.Preparing, Is.GreaterThan(0));
        Assert.That(Bytes(tuned), Is.Not.EqualTo(Bytes(plain)));
        using var stop = new CancellationTokenSource();
        route.Progress = step =>
        {
            if (step == 2)
                stop.Cancel();
        };
        Assert.That(() => route.Draw(set.Subjects[0], stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Bytes(route.Draw(set.Subjects[1], default)), Is.EqualTo(Bytes(tuned)), "a subject's pictures do not depend on those before");
        Assert.That(Bytes(new ModelRoute("plain", loaded, readsDemonstrations ? 4 : 0, s_small).Draw(set.Subjects[1], default)), Is.EqualTo(Bytes(plain)));
        Assert.That(() => new TunedRoute("tuned", loaded, tuning, 0, s_small), Throws.TypeOf<SutiException>().With.Message.Contains("1 to 4"));

        static IEnumerable<byte[]> Bytes(DrawnPictures drawn) => drawn.Images.Select(image => image.Bytes.ToArray());
    }

    [Test]
    public void Differences_are_paired_and_quotients_drawn_together()
    {
        var set = new TestSet(s_small);
        // Subjects differ much more than routes do.
        List<RouteResult> results = [];
        foreach (var (subject, level) in new[] { (0, 0.1), (1, 0.5), (2, 0.9) })
        {
            results.Add(Result(subject, "low", level, 10));
            results.Add(Result(subject, "high", level * 1.1, 1));
        }
        results.Add(Result(1, "some", 0.4, 0));
        var summary = EvaluationSummary.Of(set, results, "high");
        var pair = summary.Comparisons.Single(pair => pair.Second == "low");
        Assert.That(pair.Differences["dino"].Mean, Is.EqualTo(0.05).Within(1e-12));
        Assert.That(pair.Differences["dino"].Low, Is.GreaterThanOrEqualTo(0.0099));
        Assert.That((pair.Ratios["dino"].Low, pair.Ratios["dino"].High), Is.EqualTo((1.1, 1.1)).Within(1e-9));
        Assert.That(pair.Sooner!.Value.Mean, Is.EqualTo(10).Within(1e-9));
        var some = summary.Comparisons.Single(pair => pair.Second == "some");
        Assert.That((some.Subjects, some.Differences["dino"].Mean), Is.EqualTo((1, 0.15)).Within(1e-12));
        Assert.That(summary.Routes.Single(route => route.Route == "low").Scores["dino"].Mean, Is.EqualTo(0.5).Within(1e-12));
        Assert.That(summary.Routes.Single(route => route.Route == "low").Scores.ContainsKey("attribute"), Is.False, "none was asked for");
        Assert.That(summary.Chance["identity"], Is.EqualTo(1 / 3.0));
        Assert.That(summary.Chance["identity_class"], Is.EqualTo(1 / 3.0), "itself and two decoys");
        Assert.That(EvaluationSummary.Of(set, results, null).Comparisons, Is.Empty);

        static RouteResult Result(int subject, string route, double level, double seconds)
            => new(subject, "dog", route, "test", seconds / 2, seconds / 2, seconds, [new(0, "context", level, level, level, true, false, true, null)]);
    }

    [Test]
    public void Settings_out_of_range_are_named()
    {
        foreach (var (settings, name) in new[]
        {
            (s_small with { Subjects = 1 }, "subjects"), (s_small with { Prompts = 101 }, "prompts"), (s_small with { Size = 8 }, "size"),
            (s_small with { Pose = double.NaN }, "pose"), (s_small with { Split = WorldSplit.Train }, "learnt"), (s_small with { Guidance = double.NaN }, "guidance"),
        })
            Assert.That(() => new TestSet(settings), Throws.TypeOf<SutiException>().With.Message.Contains(name));
        using var temporary = new TemporaryFolder();
        using var text = SubjectModelFolder.Open(SmallSubjectModel.Write(temporary.File("base"), isApprentice: false));
        Assert.That(() => new ModelRoute("base", text, 1, s_small), Throws.TypeOf<SutiException>().With.Message.Contains("apprentice"));
        Assert.That(() => new ModelRoute("base", text, 5, s_small), Throws.TypeOf<SutiException>().With.Message.Contains("0 to 4"));
    }

    /// <summary>Knows by heart who is on which picture, and for which prompt it was drawn.</summary>
    sealed class Oracle : IImageEmbedder, ITextEmbedder
    {
        // One axis for each individual and one for each prompt's text; a picture lies between the two that it shows.
        readonly Dictionary<string, (int Who, string? Text)> _pictures = [];
        readonly Dictionary<string, int> _texts = [];
        readonly int _individuals;

        internal Oracle(TestSet set)
        {
            int who = 0;
            foreach (var subject in set.Subjects)
            {
                foreach (var image in subject.References.Concat(subject.Demonstrations.Select(photograph => photograph.Image)))
                    _pictures[Key(image)] = (who, null);
                for (int i = 0; i < subject.Prompts.Count * set.Settings.Count; i++)
                    _pictures[Key(set.Real(subject, i / set.Settings.Count, i % set.Settings.Count))] = (who, subject.Prompts[i / set.Settings.Count].Text);
                who++;
                foreach (var decoy in subject.Decoys)
                {
                    foreach (var image in decoy)
                        _pictures[Key(image)] = (who, null);
                    who++;
                }
                foreach (var prompt in subject.Prompts)
                    _texts.TryAdd(prompt.Text, _texts.Count);
            }
            _individuals = who;
        }

        public string Digest => "oracle";

        public int Width => _individuals + _texts.Count + 1;

        public Image Prepare(Image image) => image;

        public float[][] EmbedPrepared(IReadOnlyList<Image> prepared) => [.. prepared.Select(image =>
        {
            float[] vector = new float[Width];
            var (who, text) = _pictures[Key(image)];
            vector[who] = 1;
            if (text is not null)
                vector[_individuals + _texts[text]] = 0.5f;
            return vector;
        })];

        public float[][] EmbedTexts(IReadOnlyList<string> texts) => [.. texts.Select(text =>
        {
            float[] vector = new float[Width];
            vector[_texts.TryGetValue(text, out int at) ? _individuals + at : Width - 1] = 1;
            return vector;
        })];

        static string Key(Image image) => Convert.ToBase64String(image.Bytes);
    }
}
