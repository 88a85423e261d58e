using System.CommandLine;

namespace SuTI.Cli.Commands;

/// <summary><c>suti profile -- COMMAND …</c>: any command of this program, with a trace of what it did.</summary>
static class ProfileCommand
{
    internal static Command Create(RootCommand root)
    {
        var line = new Argument<string[]>("command") { Description = "A command of suti and its arguments, behind --.", Arity = ArgumentArity.OneOrMore };
        var trace = new Option<string>("--trace") { Description = "The file to write.", DefaultValueFactory = _ => "trace.json" };
        var command = new DescribedCommand("profile", "Runs another command and shows where its time and memory went, op by op.",
            "suti profile --trace gemm.json -- bench gemm --device cuda") { line, trace };
        command.SetAction(parsed =>
        {
            var inner = root.Parse(parsed.GetValue(line)!);
            if (inner.Errors.Count == 0 && inner.CommandResult.Command is not RootCommand && inner.CommandResult.Command.Name != command.Name)
                return Tracing.Run(parsed.GetValue(trace), () => inner.Invoke(new() { EnableDefaultExceptionHandler = false }));
            Console.Error.WriteLine($"suti profile: not a command of suti: {string.Join(' ', parsed.GetValue(line)!)}");
            return ExitCode.Usage;
        });
        return command;
    }
}
