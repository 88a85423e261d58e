namespace SuTI.Model.Subjects.Catalogue;

/// <summary>
/// A worker's hold on a cluster. Disposing of it without <see cref="Complete"/> or <see cref="Fail"/> gives the cluster back.
/// </summary>
public sealed class ClusterClaim : IDisposable
{
    const int Working = 0, Done = 1, Failed = 2;

    readonly ClaimTable _table;
    readonly long _interval;
    long _lastBeat;
    bool _ended;

    internal ClusterClaim(ClaimTable table, string stage, long cluster, string worker, long interval)
    {
        _table = table;
        (Stage, Cluster, Worker) = (stage, cluster, worker);
        _interval = interval;
        _lastBeat = table.Now;
    }

    public string Stage { get; }

    public long Cluster { get; }

    public string Worker { get; }

    /// <summary>
    /// Says that the worker lives. To be called often, as at each step of training: it writes only when a quarter of the lease has
    /// passed.
    /// </summary>
    /// <returns>False if the cluster was taken over meanwhile: the worker drops it, whatever it has made.</returns>
    public bool Beat()
    {
        if (_ended)
            return false;
        long now = _table.Now;
        if (now - _lastBeat < _interval)
            return true;
        _lastBeat = now;
        if (_table.Update(this, Working, null))
            return true;
        _ended = true;
        return false;
    }

    /// <summary>The stage is through with the cluster.</summary>
    /// <returns>False if it was taken over meanwhile.</returns>
    public bool Complete() => End(Done, null);

    /// <summary>The stage cannot do this cluster; it is not handed out again unless <see cref="ClaimTable.Retry"/> says so.</summary>
    /// <inheritdoc cref="Complete"/>
    public bool Fail(string reason) => End(Failed, reason);

    public void Dispose()
    {
        if (!_ended)
            _table.Release(this);
        _ended = true;
    }

    bool End(int state, string? note)
    {
        if (_ended)
            return false;
        bool isMine = _table.Update(this, state, note);
        _ended = true;
        return isMine;
    }
}
