using System.Runtime.InteropServices;

namespace SuTI.Cli;

/// <summary>
/// Ctrl-C, and the signal by which systems end programs, as a token: the first asks the work to stop at its next step, the second ends the program.
/// </summary>
sealed class StopSignal : IDisposable
{
    readonly CancellationTokenSource _source = new();
    readonly PosixSignalRegistration _interrupt, _terminate;

    internal StopSignal()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
    }

    internal CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    void Cancel(PosixSignalContext signal)
    {
        if (_source.IsCancellationRequested)
            return;
        signal.Cancel = true;
        _source.Cancel();
        Console.Error.WriteLine("\nsuti: stopping after this step; a second time ends at once");
    }
}
