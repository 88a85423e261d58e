using System.Diagnostics;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>Programs beside this one: some of these tests again under another environment, and the emulator's tools.</summary>
static class TestProcess
{
    /// <summary>Runs the tests of this assembly that the filter names.</summary>
    internal static (int Exit, string Output) Tests(string filter, params (string Name, string Value)[] environment)
        => Run(Path.Combine(AppContext.BaseDirectory, "SuTI.Engine.Tests"), ["--filter", filter], environment);

    internal static (int Exit, string Output) Run(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    /// <summary>What a script beside the emulated driver builds.</summary>
    internal static string Built(string script)
    {
        string folder = EmulatorFolder();
        var (exit, output) = Run("/bin/sh", [Path.Combine(folder, script)]);
        Assert.That(exit, Is.Zero, output);
        return output.Trim().Split('\n')[^1];
    }

    static string EmulatorFolder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "tests", "Emulator");
            if (Directory.Exists(folder))
                return folder;
        }
        throw new DirectoryNotFoundException("tests/Emulator is not above the tests.");
    }
}
