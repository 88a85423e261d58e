using System.CommandLine;
using System.Globalization;
using SuTI.Engine;

namespace SuTI.Cli;

/// <summary>From a name on the command line to a device.</summary>
static class Devices
{
    internal static Option<string> Option(string purpose = "Where to run", string otherwise = "cpu") => new("--device")
    {
        Description = $"{purpose}: cpu, cuda, cuda:N, or emulated for kernels that g++ builds.",
        DefaultValueFactory = _ => otherwise,
    };

    /// <exception cref="DeviceMismatchException">There is no device of such a name.</exception>
    /// <exception cref="CudaException">There is none here.</exception>
    internal static Device Parse(string name) => name == "cpu" ? Device.Cpu : Cuda(name);

    /// <inheritdoc cref="Parse"/>
    internal static CudaDevice Cuda(string name)
    {
        if (name == "emulated")
        {
            Environment.SetEnvironmentVariable("SUTI_CUDA", "emulated");
            return Device.Cuda();
        }
        const string prefix = "cuda:";
        if (name == "cuda")
            return Device.Cuda();
        return name.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) ? Device.Cuda(ordinal)
            : throw new DeviceMismatchException("device", "has no such name", "cpu, cuda, cuda:N or emulated", name);
    }
}
