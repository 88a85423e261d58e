using SuTI.Model.Training;

namespace SuTI.Model.Nano;

/// <summary>
/// Draws the data of the next micro-batch while the present one is learnt. What is drawn is a function of the micro-batch alone,
/// so neither this nor a resumed run changes a bit; it only saves the waiting.
/// </summary>
/// <typeparam name="T">The data of a micro-batch; no tensors, which belong to the thread that learns.</typeparam>
/// <param name="draw">Called on the caller's thread or another one, never on two at once.</param>
/// <param name="accumulation">Micro-batches of a step.</param>
public sealed class BatchFeed<T>(Func<MicroBatch, T> draw, int accumulation = 1) : IDisposable
{
    MicroBatch _ahead;
    Task<T>? _drawing;

    /// <summary>How many batches had been begun before they were asked for.</summary>
    internal int Ahead { get; private set; }

    /// <summary>The data of a micro-batch; begins with those of the next.</summary>
    public T Take(MicroBatch batch)
    {
        var data = TakeAhead(batch, out var found) ? found! : draw(batch);
        _ahead = batch.Index + 1 < accumulation ? batch with { Index = batch.Index + 1 } : batch with { Step = batch.Step + 1, Index = 0 };
        var next = _ahead;
        _drawing = Task.Run(() => draw(next));
        return data;
    }

    /// <summary>Waits for what is being drawn and forgets it.</summary>
    public void Dispose() => Drop();

    bool TakeAhead(MicroBatch batch, out T? data)
    {
        data = default;
        if (_drawing is null || _ahead != batch)
        {
            Drop();
            return false;
        }
        var drawing = _drawing;
        _drawing = null;
        data = drawing.GetAwaiter().GetResult();
        Ahead++;
        return true;
    }

    void Drop()
    {
        // A failure of what nobody has asked for yet shows when it is asked for.
        if (_drawing is { } drawing)
            ((IAsyncResult)drawing).AsyncWaitHandle.WaitOne();
        _drawing = null;
    }
}
