using System.Diagnostics;

namespace SuTI.Engine.Cuda.Native;

/// <summary>
/// The driver, NVRTC and cuBLASLt as one library that runs kernels on the processor: for tests where there is no GPU. Its sources
/// lie in tests/Emulator; SUTI_EMULATOR names that folder where the program does not run inside the repository.
/// </summary>
static class EmulatedDriver
{
    const string Variable = "SUTI_EMULATOR";
    const string Script = "build.sh";

    static readonly Lazy<string> s_library = new(Build);

    /// <summary>The built library.</summary>
    /// <exception cref="CudaException">The sources or the compiler are missing.</exception>
    internal static string Library => s_library.Value;

    static string Build()
    {
        string folder = Find();
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(folder, Script));
        using var build = Process.Start(start)!;
        var errors = build.StandardError.ReadToEndAsync();
        string output = build.StandardOutput.ReadToEnd().Trim();
        build.WaitForExit();
        return build.ExitCode == 0 ? output
            : throw new CudaException("emulated driver", "is built by g++", "g++ 12 or later on Linux x86-64", errors.Result.Trim());
    }

    static string Find()
    {
        var tried = new List<string>();
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            tried.Add(named);
        foreach (string start in (string[])[AppContext.BaseDirectory, Environment.CurrentDirectory])
        {
            for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
                tried.Add(Path.Combine(at.FullName, "tests", "Emulator"));
        }
        return tried.Find(folder => File.Exists(Path.Combine(folder, Script)))
            ?? throw new CudaException("emulated driver", $"its sources are found from the program or the current folder upwards, or where {Variable} says",
                "tests/Emulator/build.sh", "not in " + string.Join(", ", tried.Distinct()));
    }
}
