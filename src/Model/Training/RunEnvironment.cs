using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using SuTI.Engine;

namespace SuTI.Model.Training;

/// <summary>What a run's speed and numbers depend on besides its configuration.</summary>
public static class RunEnvironment
{
    /// <summary>Version and, where the build knew it, commit.</summary>
    public static string ProgramVersion { get; } = typeof(RunEnvironment).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Most bytes that this process has had in memory.</summary>
    public static long PeakProcessBytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Names and values for people.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Describe(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return
        [
            new("Program", $"SuTI {ProgramVersion}"),
            new("Device", device is CpuDevice ? "processor" : device.Name),
            new("Processor", ProcessorName() ?? RuntimeInformation.ProcessArchitecture.ToString()),
            new("Threads", FormattableString.Invariant($"{Device.Cpu.Threads} of {Environment.ProcessorCount}")),
            new("Vectors", Device.Cpu.InstructionSet),
            new("System", RuntimeInformation.OSDescription),
            new("Runtime", RuntimeInformation.FrameworkDescription),
        ];
    }

    static string? ProcessorName()
    {
        const string CpuInfo = "/proc/cpuinfo", Key = "model name";
        try
        {
            return File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))
                ?.Split(':', 2)[^1].Trim() : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
