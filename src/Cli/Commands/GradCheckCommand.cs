using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Engine.Catalogue;

namespace SuTI.Cli.Commands;

/// <summary><c>suti gradcheck</c>: every gradient of the catalogue against central differences.</summary>
static partial class GradCheckCommand
{
    internal static Command Create()
    {
        var ops = new Argument<string[]>("op") { Description = "Ops to check; all if none is named.", Arity = ArgumentArity.ZeroOrMore };
        var device = Devices.Option();
        var types = DTypeOption.Create("f32");
        var trace = Tracing.Option();
        var json = new Option<bool>("--json") { Description = "One JSON object a case." };
        var command = new DescribedCommand("gradcheck",
            "Checks results and gradients of ops: in f64 against plain loops and central differences, on a GPU against f64 here.",
            "suti gradcheck conv2d attention --json") { ops, device, types, trace, json };
        command.SetAction(parsed => Tracing.Run(parsed.GetValue(trace), () => Run(parsed.GetValue(ops) ?? [], Devices.Parse(parsed.GetValue(device)!),
            DTypeOption.Parse(parsed.GetValue(types)!), parsed.GetValue(json))));
        return command;
    }

    static int Run(string[] ops, Device device, DType[] types, bool json)
    {
        var cases = OpCatalogue.All();
        string[] unknown = [.. ops.Where(op => cases.All(c => c.Op != op))];
        if (unknown.Length > 0)
        {
            Console.Error.WriteLine($"suti gradcheck: there is no op {string.Join(", ", unknown)}; the ops are {string.Join(", ", cases.Select(c => c.Op))}.");
            return ExitCode.Usage;
        }
        cases = [.. cases.Where(c => ops.Length == 0 || ops.Contains(c.Op))];
        if (!device.Computes(DType.Float64))
            return Against(cases, device, types, json);
        var rows = new List<IReadOnlyList<string>>();
        int failed = 0, checkedCases = 0;
        foreach (var entry in cases)
        {
            foreach (var variant in entry.Variants)
            {
                string? wrong = OpChecks.Forward(variant, device);
                string? wrongGradient = OpChecks.Gradient(variant, device, out var report);
                wrong ??= wrongGradient;
                checkedCases++;
                failed += wrong is null ? 0 : 1;
                if (json)
                    Output.JsonLine(Line(entry, variant, device, report, wrong));
                else
                    rows.Add(Row(entry, variant, report, wrong));
            }
        }
        if (!json)
        {
            Output.Table(["op", "case", "compared", "worst gap", "analytic", "numeric", "verdict"], rows);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{checkedCases - failed} passed, {failed} failed"));
        }
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    static JsonObject Line(OpCase entry, OpVariant variant, Device device, GradCheckReport? report, string? wrong) => new()
    {
        ["op"] = entry.Op,
        ["case"] = variant.Name,
        ["device"] = device.Name,
        ["passed"] = wrong is null,
        ["compared"] = report?.Compared ?? 0,
        ["worst_input"] = report?.Worst.Input,
        ["worst_element"] = report?.Worst.Element,
        ["analytic"] = report?.Worst.Analytic,
        ["numeric"] = report?.Worst.Numeric,
        ["error"] = wrong,
    };

    static string[] Row(OpCase entry, OpVariant variant, GradCheckReport? report, string? wrong)
    {
        static string Text(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? "-";
        return
        [
            entry.Op, variant.Name, (report?.Compared ?? 0).ToString(CultureInfo.InvariantCulture),
            Text(report?.Worst.Gap), Text(report?.Worst.Analytic), Text(report?.Worst.Numeric), wrong ?? "passed",
        ];
    }
}
