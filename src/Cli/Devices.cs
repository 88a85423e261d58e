using SuTI.Engine;

namespace SuTI.Cli;

/// <summary>From a name on the command line to a device.</summary>
static class Devices
{
    /// <exception cref="DeviceMismatchException">There is no such device here.</exception>
    internal static Device Parse(string name)
        => name == "cpu" ? Device.Cpu : throw new DeviceMismatchException("device", "is not available", "cpu", name);
}
