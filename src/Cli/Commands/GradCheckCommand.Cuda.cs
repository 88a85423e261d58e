using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Engine.Catalogue;

namespace SuTI.Cli.Commands;

/// <summary>The same on a CUDA device: results and gradients in each type against f64 on the processor.</summary>
static partial class GradCheckCommand
{
    static int Against(IReadOnlyList<OpCase> cases, Device device, DType[] types, bool json)
    {
        var rows = new List<IReadOnlyList<string>>();
        int passed = 0, failed = 0, left = 0;
        foreach (var entry in cases)
        {
            foreach (var variant in entry.Variants)
            {
                foreach (var type in types)
                {
                    var (verdict, wrong) = Check(variant, device, type);
                    (passed, failed, left) = verdict switch
                    {
                        "passed" => (passed + 1, failed, left),
                        "needs f64" => (passed, failed, left + 1),
                        _ => (passed, failed + 1, left),
                    };
                    if (json)
                        Output.JsonLine(Line(entry, variant, device, type, verdict, wrong));
                    else
                        rows.Add([entry.Op, variant.Name, type.Label(), wrong ?? verdict]);
                }
            }
        }
        if (!json)
        {
            Output.Table(["op", "case", "dtype", "verdict"], rows);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {failed} failed, {left} that need f64"));
        }
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    static (string Verdict, string? Wrong) Check(OpVariant variant, Device device, DType type)
    {
        if (variant.NeedsFloat64)
            return ("needs f64", null);
        try
        {
            return OpChecks.Against(variant, device, type) is { } wrong ? ("failed", wrong) : ("passed", null);
        }
        catch (SutiException failure)
        {
            return ("failed", failure.Message);
        }
    }

    static JsonObject Line(OpCase entry, OpVariant variant, Device device, DType type, string verdict, string? wrong) => new()
    {
        ["op"] = entry.Op,
        ["case"] = variant.Name,
        ["device"] = device.Name,
        ["dtype"] = type.Label(),
        ["passed"] = verdict == "passed",
        ["verdict"] = verdict,
        ["error"] = wrong,
    };
}
