using System.Text.Json.Nodes;

namespace SuTI.Cli.Tests;

/// <summary>The program as a shell sees it: output, exit codes, errors.</summary>
public class CommandTests
{
    [Test]
    public void Device_prints_one_json_object_a_device_and_what_of_cuda_is_missing()
    {
        var (code, output, _) = Shell.Run(["device", "--json"], ("SUTI_CUDA", "off"));
        Assert.That(code, Is.Zero);
        var lines = Shell.Lines(output);
        Assert.That((string)lines[0]["device"]!, Is.EqualTo("cpu"));
        Assert.That((string)lines[^1]["missing"]!, Does.Contain("SUTI_CUDA=off"));
    }

    [Test]
    public void Gradcheck_passes_on_a_named_op_and_says_so_in_json()
    {
        var (code, output, _) = Run("gradcheck", "silu", "--json");
        Assert.That(code, Is.Zero);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Is.Not.Empty);
        Assert.That(lines.Select(line => (bool)JsonNode.Parse(line)!["passed"]!), Is.All.True);
    }

    [Test]
    public void Usage_errors_exit_with_2([Values("nope", "gradcheck no_such_op", "bench no_such_workload", "bench gemm --threads x")] string line)
        => Assert.That(Run(line.Split(' ')).Code, Is.EqualTo(2));

    [Test]
    public void Every_command_has_help_with_an_example(
        [Values("device", "gradcheck", "bench", "bench compare", "bench verify", "bench roofs", "kernels", "kernels list", "kernels compile", "kernels dump",
            "kernels clear", "profile", "inspect")] string command)
    {
        var (code, output, _) = Run([.. command.Split(' '), "--help"]);
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain($"Example: suti {command}"));
    }

    [Test]
    public void The_list_of_commands_takes_one_line_each([Values("", "bench", "kernels")] string command)
    {
        string[] lines = Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]).Output.Split('\n');
        string[] listed = [.. lines.SkipWhile(line => line != "Commands:").Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal))];
        Assert.That(listed, Is.Not.Empty);
        Assert.That(listed, Has.All.Matches<string>(line => char.IsAsciiLetter(line[2])), "no line goes on with the one before it");
        Assert.That(listed, Has.None.Contains("Example"));
    }

    [Test]
    public void Inspect_names_the_file_and_the_rule_that_it_breaks()
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "broken.safetensors");
        File.WriteAllBytes(file, [1, 2]);
        var (code, _, error) = Run("inspect", file);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("broken.safetensors"));
    }

    [Test]
    public void Bench_prints_the_fields_of_the_peers()
    {
        var (code, output, _) = Run("bench", "add_1310720", "--threads", "1", "--seconds", "0.01", "--json");
        Assert.That(code, Is.Zero);
        var line = JsonNode.Parse(output)!.AsObject();
        foreach (string field in (string[])["peer", "workload", "threads", "median_ms", "min_ms", "max_ms", "reps", "gbs"])
            Assert.That(line.ContainsKey(field), field);
    }

    [Test]
    public void Bench_compare_fails_on_a_regression_beyond_noise()
    {
        string Record(string name, double median)
        {
            string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, name);
            File.WriteAllText(file, $$"""{"workload":"w","threads":1,"median_ms":{{median}},"p10_ms":{{median * 0.98}}}""");
            return file;
        }
        string before = Record("before.jsonl", 1), same = Record("same.jsonl", 1.03), slower = Record("slower.jsonl", 1.5);
        Assert.That(Run("bench", "compare", before, same).Code, Is.Zero);
        var (code, output, _) = Run("bench", "compare", before, slower);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("slower").And.Contain("1.500"));
    }

    static (int Code, string Output, string Error) Run(params string[] arguments) => Shell.Run(arguments);
}
