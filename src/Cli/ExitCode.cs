namespace SuTI.Cli;

/// <summary>What every command returns to the shell.</summary>
static class ExitCode
{
    internal const int Done = 0;
    internal const int Failed = 1;
    internal const int Usage = 2;
}
