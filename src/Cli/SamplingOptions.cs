using System.CommandLine;
using SuTI.Model.Subjects;

namespace SuTI.Cli;

/// <summary>Options of commands that draw subjects.</summary>
static class SamplingOptions
{
    internal static Option<double> Temperature() => new("--temperature")
    {
        Description = "What noise is multiplied by: less gives smoother pictures that are more alike; 1 is noise as it was learnt.",
        DefaultValueFactory = _ => SubjectSampling.UsualTemperature,
    };
}
