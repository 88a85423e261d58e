using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Prompts;

namespace SuTI.Model.Tests.Subjects;

public class PromptTests
{
    TemporaryFolder _folder = null!;
    RunCatalogue _run = null!;

    [SetUp]
    public void Make() => (_folder, _run) = (new(), RunCatalogue.OpenOrCreate(Directory.CreateTempSubdirectory("suti-tests-").FullName));

    [TearDown]
    public void Remove()
    {
        _run.Dispose();
        Directory.Delete(_run.Folder, recursive: true);
        _folder.Dispose();
    }

    [TestCase("a {subject} on the moon", "a red robot on the moon", "an owl on the moon")]
    [TestCase("a photo of a {subject}", "a photo of a red robot", "a photo of an owl")]
    [TestCase("a shiny {subject}", "a shiny robot", "a shiny owl")]
    [TestCase("an old {subject} in water", "an old robot in water", "an old owl in water")]
    [TestCase("{subject} logo", "red robot logo", "owl logo")]
    [TestCase("the {subject}", "the red robot", "the owl")]
    public void Articles_and_adjectives_fit_the_subject(string template, string robot, string owl)
    {
        var parsed = PromptTemplate.Parse(template);
        Assert.That(parsed.Write("red robot", "robot"), Is.EqualTo(robot));
        Assert.That(parsed.Write("owl", "owl"), Is.EqualTo(owl));
    }

    [Test]
    public void Each_cluster_gets_prompts_of_each_kind_and_the_same_again()
    {
        Clusters.Add(_run, 20);
        var summary = PromptWriter.Write(_run, PromptTemplates.Grammar, new() { EachKind = 2, HeldOut = 3 });
        Assert.That(summary.Clusters, Is.EqualTo(20));
        foreach (var cluster in _run.Clusters.All())
        {
            var training = _run.Prompts.Of(cluster.Id, heldOut: false);
            Assert.That(training.GroupBy(prompt => prompt.Kind).ToDictionary(kind => kind.Key, kind => kind.Count()), Is.EquivalentTo(new Dictionary<string, int>
            {
                ["context"] = 2,
                ["attribute"] = 2,
                ["style"] = 2,
                ["accessory"] = 2,
                ["view"] = 2,
            }));
            Assert.That(_run.Prompts.Of(cluster.Id, heldOut: true), Has.Count.EqualTo(3));
            Assert.That(training.Where(prompt => prompt.Kind != "attribute").Select(prompt => prompt.Text), Has.All.Contains("a red robot"));
            Assert.That(training.Where(prompt => prompt.Kind == "attribute").Select(prompt => prompt.Text), Has.None.Contains("red robot"),
                "a new colour stands before the class, or it would be said twice");
        }
        Assert.That(_run.Prompts.Of(1).Select(prompt => prompt.Text), Is.Not.EqualTo(_run.Prompts.Of(2).Select(prompt => prompt.Text)));
        long count = _run.Prompts.Count;
        string first = File.ReadAllText(_run.PathOf("prompts.sha256"));
        Assert.That(PromptWriter.Write(_run, PromptTemplates.Grammar, new() { EachKind = 2, HeldOut = 3 }).Kinds, Is.EqualTo(summary.Kinds));
        Assert.That((_run.Prompts.Count, File.ReadAllText(_run.PathOf("prompts.sha256"))), Is.EqualTo((count, first)));
        Assert.That(() => PromptWriter.Write(_run, PromptTemplates.Grammar, new() { EachKind = 1 }), Throws.InstanceOf<SutiException>().With.Message.Contains("other settings"));
    }

    [Test]
    public void Held_out_combinations_are_in_no_training_prompt_of_any_cluster()
    {
        var training = PromptTemplates.Grammar.All.Where(template => !template.IsHeldOut).Select(template => template.Write("x", "x")).ToHashSet();
        var heldOut = PromptTemplates.Grammar.All.Where(template => template.IsHeldOut).Select(template => template.Write("x", "x")).ToList();
        Assert.That(heldOut, Has.Count.GreaterThan(100));
        Assert.That(heldOut.Where(training.Contains), Is.Empty);
    }

    [Test]
    public void What_a_page_says_already_is_no_unseen_prompt()
    {
        var cluster = Clusters.Make(1);
        var scenes = PromptTemplates.Grammar.All.Where(template => template.Kind == "context").ToList();
        // All scenes but one are on the page.
        var texts = scenes.Skip(1).Select(scene => cluster.Images[0] with { Text = $"A robot {scene.After[0]}, far from home" }).ToList();
        long seen = 0;
        for (ulong seed = 0; seed < 5; seed++)
        {
            var prompts = PromptWriter.For(cluster with { Images = texts }, PromptTemplates.Grammar, new() { EachKind = 3, Seed = seed }, ref seen);
            Assert.That(prompts.Where(prompt => prompt.Kind == "context").Select(prompt => prompt.Text), Is.EqualTo([$"a red robot {scenes[0].After[0]}"]));
        }
        Assert.That(seen, Is.GreaterThan(100));
    }

    [Test]
    public void Prompts_depend_on_the_page_and_not_on_its_number()
    {
        long seen = 0;
        var cluster = Clusters.Make(1);
        var first = PromptWriter.For(cluster, PromptTemplates.Grammar, new(), ref seen);
        Assert.That(PromptWriter.For(cluster with { Id = 99 }, PromptTemplates.Grammar, new(), ref seen), Is.EqualTo(first));
        Assert.That(PromptWriter.For(cluster, PromptTemplates.Grammar, new() { Seed = 2 }, ref seen), Is.Not.EqualTo(first));
    }

    [Test]
    public void A_file_of_ones_own_may_follow_for_training_or_for_evaluation()
    {
        Clusters.Add(_run, 2);
        _run.Clusters.Describe(2, "", "");
        PromptWriter.Write(_run, PromptTemplates.Grammar);
        string file = _folder.File("own.txt", "# ours\n\na {subject} in an ocean of milk\na {subject} on top of a mirror\n");
        var summary = PromptWriter.Write(_run, PromptTemplates.Read(file, isHeldOut: true), new() { EachKind = 0, HeldOut = 5 });
        Assert.That((summary.Clusters, summary.WithoutSubject), Is.EqualTo((1, 1)));
        Assert.That(_run.Prompts.Of(1, heldOut: true).Select(prompt => prompt.Text),
            Is.EquivalentTo(["a red robot in an ocean of milk", "a red robot on top of a mirror"]));
        Assert.That(_run.Prompts.Of(1, heldOut: false), Has.Count.EqualTo(5));
        Assert.That(_run.Prompts.Of(2), Is.Empty);
    }

    [Test]
    public void Files_that_are_no_templates_are_refused()
    {
        Refuse("a robot on a beach", "names the subject once");
        Refuse("a {subject} and a {subject}", "names the subject once");
        Refuse("# nothing", "holds no template");
        Refuse(new string('x', 5000), "too long");
        Refuse("a {subject}\u001b[31m", "control characters");
        Assert.That(() => PromptTemplates.Read(_folder.File("none")), Throws.InstanceOf<SutiException>().With.Message.Contains("cannot be read"));

        void Refuse(string content, string reason)
            => Assert.That(() => PromptTemplates.Read(_folder.File("own.txt", content)), Throws.InstanceOf<SutiException>().With.Message.Contains(reason));
    }
}
