using System.Globalization;
using System.Text.RegularExpressions;

namespace SuTI.Engine.Cuda;

/// <summary>What a kernel takes of a multiprocessor.</summary>
/// <param name="SharedBytes">Static; what is asked for at a launch comes on top.</param>
/// <param name="SpillBytes">Local memory of a thread.</param>
readonly record struct KernelUse(int Registers, int SharedBytes, int SpillBytes);

/// <summary>Reads the lines that ptxas writes about each entry point when it is asked to (-v).</summary>
static partial class KernelLog
{
    internal static IReadOnlyDictionary<string, KernelUse> Parse(string log)
    {
        var found = new Dictionary<string, KernelUse>(StringComparer.Ordinal);
        string? entry = null;
        foreach (string line in log.Split('\n'))
        {
            if (Entry().Match(line) is { Success: true } named)
                found.TryAdd(entry = named.Groups[1].Value, default);
            if (entry is null)
                continue;
            if (Stack().Match(line) is { Success: true } stack)
                found[entry] = found[entry] with { SpillBytes = Number(stack) };
            if (Registers().Match(line) is { Success: true } registers)
                found[entry] = found[entry] with { Registers = Number(registers) };
            if (Shared().Match(line) is { Success: true } shared)
                found[entry] = found[entry] with { SharedBytes = Number(shared) };
        }
        return found;
    }

    static int Number(Match match) => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("(?:Compiling entry function|Function properties for) '?([A-Za-z0-9_]+)'?")]
    private static partial Regex Entry();

    // The stack frame holds what was spilled and arrays that no register could hold.
    [GeneratedRegex("([0-9]+) bytes stack frame")]
    private static partial Regex Stack();

    [GeneratedRegex("Used ([0-9]+) registers")]
    private static partial Regex Registers();

    [GeneratedRegex("([0-9]+) bytes smem")]
    private static partial Regex Shared();
}
