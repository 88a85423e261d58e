using System.Diagnostics;
using System.Runtime.Intrinsics;
using SuTI.Engine.Catalogue;

namespace SuTI.Engine.Tests.Catalogue;

/// <summary>The catalogue again, in child processes in which the runtime hides instruction sets.</summary>
/// <remarks>A child is this program with a filter for <see cref="SimdPathChild"/>, which fails if its path is not the
/// one it is told.</remarks>
public class SimdPathTests
{
    static readonly string[] s_levels = ["vector128", "avx2", "avx512"];

    // Runtimes before .NET 10 call the first one EnableAVX512F.
    [TestCase("avx2", "DOTNET_EnableAVX512", "DOTNET_EnableAVX512F")]
    [TestCase("vector128", "DOTNET_EnableAVX2", "DOTNET_EnableAVX512", "DOTNET_EnableAVX512F")]
    [TestCase("vector128 in software", "DOTNET_EnableHWIntrinsic")]
    public void Catalogue_passes_on(string path, params string[] knobs)
    {
        if (SimdPathChild.ExpectedPath is not null)
            Assert.Ignore("this process is a child of this very test");
        int wanted = Array.IndexOf(s_levels, path), own = Array.IndexOf(s_levels, Device.Cpu.InstructionSet);
        if (wanted >= own)
        {
            Assert.Ignore($"this process runs {Device.Cpu.InstructionSet}: {path} is what the other tests cover, "
                + "or is missing on this machine");
        }
        var (exitCode, output) = RunChild(path, knobs);
        Assert.That(exitCode, Is.Zero, output);
        Assert.That(output, Does.Contain(SimdPathChild.Report(path)));
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
        string filter = $"FullyQualifiedName~{nameof(SimdPathChild)}";
        foreach (string argument in (string[])["--filter", filter, "--output", "Detailed"])
            start.ArgumentList.Add(argument);
        foreach (string knob in knobs)
            start.Environment[knob] = "0";
        start.Environment[SimdPathChild.Variable] = path;
        using var child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return (child.ExitCode, output + errors.Result);
    }
}

/// <summary>
/// What runs in the children of <see cref="SimdPathTests"/>: one test for all variants, since the runner ignores long
/// filters.
/// </summary>
public class SimdPathChild : LeakCheck
{
    internal const string Variable = "SUTI_TEST_SIMD_PATH";

    internal static string? ExpectedPath => Environment.GetEnvironmentVariable(Variable);

    [Test]
    public void Path_is_the_expected_one_and_the_catalogue_passes_on_it()
    {
        string path = Device.Cpu.InstructionSet + (Vector128.IsHardwareAccelerated ? "" : " in software");
        TestContext.Out.WriteLine(Report(path));
        if (ExpectedPath is null)
            return; // the other tests run the catalogue on the path of this process
        Assert.That(path, Is.EqualTo(ExpectedPath));
        var wrong = new List<string>();
        foreach (var entry in OpCatalogue.All())
        {
            foreach (var variant in entry.Variants)
                Check($"{entry.Op}.{variant.Name}", variant, wrong);
        }
        Assert.That(wrong, Is.Empty);
    }

    internal static string Report(string path) => $"simd path: {path}";

    // Threads are left to the parent: how chunks are shared out does not depend on the width.
    static void Check(string name, OpVariant variant, List<string> wrong)
    {
        Note("forward", OpChecks.Forward(variant, Device.Cpu));
        // Eight elements an input, since paths in software are slow; one derivative along a direction looks at all.
        var sampled = variant with { GradientElements = Math.Min(8, variant.GradientElements) };
        Note("gradient", OpChecks.Gradient(sampled, Device.Cpu, out _));
        Note("precision", OpChecks.Precision(variant, Device.Cpu));
        Note("memory", OpChecks.Memory(variant, Device.Cpu));

        void Note(string check, string? message)
        {
            if (message is not null)
                wrong.Add($"{name}, {check}: {message}");
        }
    }
}
