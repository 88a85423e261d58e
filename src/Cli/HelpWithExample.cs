using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace SuTI.Cli;

/// <summary>A command with one line about it, which lists show, and an example, which its own help shows besides.</summary>
sealed class DescribedCommand(string name, string description, string example) : Command(name, description)
{
    internal string Example { get; } = example;
}

/// <summary>Help with the command's example at its end.</summary>
sealed class HelpWithExample(HelpAction plain) : SynchronousCommandLineAction
{
    /// <summary>Who asks for help need not give what the command asks for.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = plain.Invoke(parseResult);
        if (parseResult.CommandResult.Command is DescribedCommand command)
            parseResult.InvocationConfiguration.Output.WriteLine($"Example: {command.Example}");
        return code;
    }

    internal static void Install(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
            option.Action = new HelpWithExample((HelpAction)option.Action!);
    }
}
