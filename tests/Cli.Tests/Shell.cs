using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SuTI.Cli.Tests;

/// <summary>Runs the program in a process of its own.</summary>
static class Shell
{
    internal static (int Code, string Output, string Error) Run(string[] arguments, params (string Name, string Value)[] environment)
        => RunIn("", arguments, environment);

    /// <param name="folder">To work in; empty is the tests' own.</param>
    internal static (int Code, string Output, string Error) RunIn(string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (string argument in (string[])[Path.Combine(AppContext.BaseDirectory, "suti.dll"), .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>The JSON objects of an output, one a line.</summary>
    internal static List<JsonObject> Lines(string output)
        => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] == '{').Select(line => JsonNode.Parse(line)!.AsObject())];
}
