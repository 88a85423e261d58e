using Microsoft.Data.Sqlite;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Tests.Subjects;

public class CatalogueTests
{
    TemporaryFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void What_is_written_is_there_when_the_run_is_opened_again()
    {
        using (var run = RunCatalogue.OpenOrCreate(_folder.Root))
        {
            Clusters.Add(run, 3);
            Assert.That(run.Prompts.Add(2, "context", "a robot on a beach"), Is.True);
            Assert.That(run.Prompts.Add(2, "style", "a robot on a beach"), Is.False, "the same text twice");
            Assert.That(run.Prompts.Add(2, "context", "a robot at sea", isHeldOut: true), Is.True);
            Assert.That(run.Outputs.Add(new(0, run.Prompts.Of(2)[0].Id, -7, "outputs/a.png", "00")), Is.True);
            Assert.That(run.Outputs.Add(new(0, run.Prompts.Of(2)[0].Id, -7, "outputs/b.png", "11")), Is.False, "the first stays");
            run.Outputs.SetScore(1, "delta_clip", "m", 0.25);
            run.Embeddings.Put("m", EmbeddingKind.Image, "k", [1, -2]);
            run.Experts.Put(new(2, "experts/2.safetensors", "22", "{}"));
        }
        using var again = RunCatalogue.Open(_folder.Root);
        Assert.That(again.Clusters.All().Select(cluster => cluster.Id), Is.EqualTo([1, 2, 3]));
        Assert.That(again.Clusters.Find(2)!.Images, Is.EqualTo(Clusters.Make(2).Images));
        Assert.That(again.Clusters.Find(Clusters.Make(3).Url)!.Id, Is.EqualTo(3));
        Assert.That(again.Prompts.Of(2, heldOut: false).Select(prompt => prompt.Text), Is.EqualTo(["a robot on a beach"]));
        Assert.That(again.Prompts.Of(2, heldOut: true).Select(prompt => prompt.Text), Is.EqualTo(["a robot at sea"]));
        Assert.That(again.Outputs.Of(2).Single().Path, Is.EqualTo("outputs/a.png"));
        Assert.That(again.Outputs.Of(1), Is.Empty);
        Assert.That(again.Outputs.Score(1, "delta_clip", "m"), Is.EqualTo(0.25));
        Assert.That(again.Outputs.Score(1, "delta_clip", "another"), Is.Null);
        Assert.That(again.Outputs.Scores("delta_clip", "m", heldOut: false), Is.EqualTo([(1L, 0.25)]));
        Assert.That(again.Embeddings.Find("m", EmbeddingKind.Image, "k", 2), Is.EqualTo([1f, -2f]));
        Assert.That(again.Embeddings.Find("m", EmbeddingKind.Text, "k", 2), Is.Null);
        Assert.That(() => again.Embeddings.Find("m", EmbeddingKind.Image, "k", 3), Throws.InstanceOf<SutiException>());
        Assert.That(again.Experts.Find(2)!.FileDigest, Is.EqualTo("22"));
        Assert.That(again.Experts.Find(1), Is.Null);
    }

    [Test]
    public void A_run_of_another_version_is_refused()
    {
        RunCatalogue.OpenOrCreate(_folder.Root).Dispose();
        Sql("PRAGMA user_version = 9");
        Assert.That(() => RunCatalogue.Open(_folder.Root), Throws.InstanceOf<SutiException>().With.Message.Contains("newer version")
            .And.Message.Contains("version 9"));
        Sql("PRAGMA user_version = 0");
        Assert.That(() => RunCatalogue.OpenOrCreate(_folder.Root), Throws.InstanceOf<SutiException>().With.Message.Contains("older version"));
        Sql("PRAGMA application_id = 5");
        Assert.That(() => RunCatalogue.Open(_folder.Root), Throws.InstanceOf<SutiException>().With.Message.Contains("no catalogue"));
    }

    [Test]
    public void What_is_no_catalogue_is_refused()
    {
        Assert.That(() => RunCatalogue.Open(_folder.File("none")), Throws.InstanceOf<SutiException>().With.Message.Contains("nothing there"));
        Assert.That(() => RunCatalogue.Open(_folder.Root), Throws.InstanceOf<SutiException>().With.Message.Contains("a folder without it"));
        _folder.File(RunCatalogue.FileName, new string('x', 5000));
        Assert.That(() => RunCatalogue.Open(_folder.Root), Throws.InstanceOf<SutiException>().With.Message.Contains("damaged"));
        string file = _folder.File("plain", "");
        Assert.That(() => RunCatalogue.OpenOrCreate(Path.Combine(file, "run")), Throws.InstanceOf<SutiException>().With.Message.Contains("cannot be made"));
    }

    [Test]
    public void A_full_disk_is_an_error_in_words_and_loses_nothing()
    {
        using (var run = RunCatalogue.OpenOrCreate(_folder.Root))
        {
            Clusters.Add(run, 2);
            // SQLite's own limit gives the error of a disk without space.
            long pages = run.Connection.Number("PRAGMA page_count");
            run.Connection.Execute($"PRAGMA max_page_count = {pages + 2}");
            Assert.That(() => run.InTransaction(() =>
            {
                for (int i = 3; i < 2000; i++)
                    run.Clusters.Add(Clusters.Make(i));
            }), Throws.InstanceOf<SutiException>().With.Message.Contains("the disk is full"));
            Assert.That(run.Clusters.Count, Is.EqualTo(2));
        }
        using var again = RunCatalogue.Open(_folder.Root);
        Clusters.Add(again, 1, from: 3);
        Assert.That(again.Clusters.Count, Is.EqualTo(3));
    }

    [Test]
    public void A_transaction_that_fails_leaves_nothing()
    {
        using var run = RunCatalogue.OpenOrCreate(_folder.Root);
        Assert.That(() => run.InTransaction(() =>
        {
            run.Clusters.Add(Clusters.Make(1));
            throw new SutiException("test", "fails");
        }), Throws.InstanceOf<SutiException>());
        Assert.That(run.Clusters.Count, Is.Zero);
        run.Clusters.Add(Clusters.Make(1));
        Assert.That(run.Clusters.Count, Is.EqualTo(1));
    }

    [Test]
    public void A_stage_goes_on_with_its_settings_alone()
    {
        using var run = RunCatalogue.OpenOrCreate(_folder.Root);
        Assert.That(run.Stages.Begin("mine", "{\"low\":0.8}"), Is.False);
        Assert.That(run.Stages.Begin("mine", "{\"low\":0.8}"), Is.True);
        Assert.That(() => run.Stages.Begin("mine", "{\"low\":0.7}"), Throws.InstanceOf<SutiException>().With.Message.Contains("0.8").And.Message.Contains("0.7"));
        Assert.That(run.Stages.IsFinished("mine"), Is.False);
        run.Stages.Finish("mine");
        Assert.That(run.Stages.IsFinished("mine"), Is.True);
    }

    [TestCase("../a.png"), TestCase("/etc/passwd"), TestCase("a/../../b"), TestCase(""), TestCase("a\\..\\b"), TestCase("a//b"), TestCase("c:x")]
    public void Paths_stay_in_the_run(string path)
    {
        using var run = RunCatalogue.OpenOrCreate(_folder.Root);
        Assert.That(() => run.PathOf(path), Throws.InstanceOf<SutiException>());
        Assert.That(run.PathOf("clusters/0.png"), Is.EqualTo(Path.Combine(_folder.Root, "clusters/0.png")));
    }

    void Sql(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File(RunCatalogue.FileName)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of this test.
        command.CommandText = statement;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
