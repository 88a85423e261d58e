using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace SuTI.Engine.Tests.Catalogue;

/// <summary>The catalogue again, in child processes in which the runtime hides instruction sets.</summary>
/// <remarks>A child is this program with a filter; what it must find is handed to it, and <see cref="SimdPathReport"/> fails if it differs.</remarks>
public class SimdPathTests
{
    // Threads are left to the parent: how chunks are shared out does not depend on the width.
    const string Filter = "FullyQualifiedName~CatalogueTests.Forward|FullyQualifiedName~CatalogueTests.Gradient"
        + "|FullyQualifiedName~CatalogueTests.Precision|FullyQualifiedName~CatalogueTests.Memory|FullyQualifiedName~SimdPathReport";

    static readonly string[] s_levels = ["vector128", "avx2", "avx512"];

    // Runtimes before .NET 10 call the first one EnableAVX512F.
    [TestCase("avx2", "DOTNET_EnableAVX512", "DOTNET_EnableAVX512F")]
    [TestCase("vector128", "DOTNET_EnableAVX2", "DOTNET_EnableAVX512", "DOTNET_EnableAVX512F")]
    [TestCase("vector128 in software", "DOTNET_EnableHWIntrinsic")]
    public void Catalogue_passes_on(string path, params string[] knobs)
    {
        int wanted = Array.IndexOf(s_levels, path), own = Array.IndexOf(s_levels, Device.Cpu.InstructionSet);
        if (wanted >= own)
        {
            Assert.Ignore($"this process runs {Device.Cpu.InstructionSet} already, so {path} is what the other tests cover, or is missing here");
        }
        var (exitCode, output) = RunChild(path, knobs);
        Assert.That(exitCode, Is.Zero, string.Join('\n', output.Split('\n').Where(line => !line.StartsWith("  passed", StringComparison.Ordinal))));
        Assert.That(output, Does.Contain(SimdPathReport.Line(path)));
    }

    static (int ExitCode, string Output) RunChild(string path, string[] knobs)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(SimdPathTests).Assembly.Location);
        foreach (string argument in (string[])["--filter", Filter, "--output", "Detailed", "--progress", "off", "--ansi", "off"])
            start.ArgumentList.Add(argument);
        foreach (string knob in knobs)
            start.Environment[knob] = "0";
        start.Environment[SimdPathReport.Variable] = path;
        using var child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return (child.ExitCode, output + errors.Result);
    }
}

/// <summary>What a child of <see cref="SimdPathTests"/> says about itself.</summary>
public class SimdPathReport
{
    internal const string Variable = "SUTI_TEST_SIMD_PATH";

    [Test]
    public void Path_is_the_expected_one()
    {
        string path = Device.Cpu.InstructionSet + (Vector128.IsHardwareAccelerated ? "" : " in software");
        TestContext.Out.WriteLine(Line(path));
        if (Environment.GetEnvironmentVariable(Variable) is { } expected)
            Assert.That(path, Is.EqualTo(expected));
    }

    internal static string Line(string path) => $"simd path: {path}";
}
