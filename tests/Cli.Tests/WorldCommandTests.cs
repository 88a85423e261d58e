namespace SuTI.Cli.Tests;

[TestFixture]
public class WorldCommandTests
{
    [Test]
    public void World_draws_the_same_crawl_twice()
    {
        string root = Directory.CreateTempSubdirectory("suti-tests-").FullName;
        try
        {
            string first = Path.Combine(root, "a"), second = Path.Combine(root, "b");
            var (code, output, error) = Shell.Run(["world", "--out", first, "--pages", "3", "--size", "32", "--seed", "5", "--json"]);
            Assert.That(code, Is.Zero, error);
            Assert.That((int)Shell.Lines(output).Single()["pages"]!, Is.EqualTo(3));
            Shell.Run(["world", "--out", second, "--pages", "3", "--size", "32", "--seed", "5"]);
            string[] files = [.. Directory.GetFiles(first, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(first,
                file))];
            Assert.That(files, Has.Length.GreaterThan(5));
            foreach (string file in files)
                Assert.That(File.ReadAllBytes(Path.Combine(second, file)), Is.EqualTo(File.ReadAllBytes(Path.Combine(first, file))), file);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Test]
    public void Help_shows_the_splits_and_an_example()
    {
        var (code, output, _) = Shell.Run(["world", "--help"]);
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("Example: suti world --out").And.Contain("Prompts"));
    }

    [TestCase("--size", "8", "32 to 512"), TestCase("--noise", "2", "0 to 1"), TestCase("--sprites", "/nowhere", "sprites.jsonl")]
    public void World_refuses_what_it_cannot_draw(string option, string value, string reason)
    {
        var (code, _, error) = Shell.Run(["world", "--out", Path.Combine(Path.GetTempPath(), "suti-never-written"), option, value]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain(reason));
    }
}
