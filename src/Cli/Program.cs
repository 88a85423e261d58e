using System.CommandLine;
using SuTI.Cli;
using SuTI.Cli.Commands;
using SuTI.Engine;

var root = new RootCommand("SuTI draws pictures of your subject from a few photographs. Its engine needs nothing but .NET.")
{
    DeviceCommand.Create(),
    GradCheckCommand.Create(),
    BenchCommand.Create(),
    KernelsCommand.Create(),
    InspectCommand.Create(),
    WorldCommand.Create(),
    TrainCommand.Create(),
    MineCommand.Create(),
    PromptsCommand.Create(),
    ExpertsCommand.Create(),
    FilterCommand.Create(),
    DreamCommand.Create(),
    ScoresCommand.Create(),
    ConvertCommand.Create(),
    Txt2ImgCommand.Create(),
    ReplayCommand.Create(),
};
root.Add(GenerateCommand.Create());
root.Add(EvaluateCommand.Create());
root.Add(QuickstartCommand.Create(root));
root.Add(ProfileCommand.Create(root));
HelpWithExample.Install(root);

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    parsed.Invoke();
    return ExitCode.Usage;
}
try
{
    return parsed.Invoke(new() { EnableDefaultExceptionHandler = false });
}
catch (SutiException failure)
{
    Console.Error.WriteLine($"suti: {failure.Message}");
    return ExitCode.Failed;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("suti: stopped");
    return ExitCode.Failed;
}
