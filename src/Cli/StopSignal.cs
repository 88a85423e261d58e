namespace SuTI.Cli;

/// <summary>Ctrl-C as a token: the first asks the work to stop at its next step, the second ends the program.</summary>
sealed class StopSignal : IDisposable
{
    readonly CancellationTokenSource _source = new();

    internal StopSignal() => Console.CancelKeyPress += Cancel;

    internal CancellationToken Token => _source.Token;

    public void Dispose()
    {
        Console.CancelKeyPress -= Cancel;
        _source.Dispose();
    }

    void Cancel(object? sender, ConsoleCancelEventArgs pressed)
    {
        if (_source.IsCancellationRequested)
            return;
        pressed.Cancel = true;
        _source.Cancel();
        Console.Error.WriteLine("\nsuti: stopping after this step; Ctrl-C again ends at once");
    }
}
