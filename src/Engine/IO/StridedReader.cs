namespace SuTI.Engine.IO;

/// <summary>Reads the elements of a view, in its order, from a tensor that is stored in another.</summary>
/// <remarks>
/// Long runs are read where they lie. Where runs are short (a transposed matrix), what the view covers is read once and
/// kept until the end of the view has been handed out: a view covers at most the bytes of one stored tensor.
/// </remarks>
sealed class StridedReader
{
    const int LongRun = 1024;

    readonly StridedView _view;
    readonly int _elementBytes, _axes;
    readonly long _run;
    readonly ReadPart _read;
    readonly Lock _filling = new();
    byte[]? _covered;

    /// <param name="view">Has been checked against what is stored.</param>
    /// <param name="read">Reads bytes of what is stored.</param>
    public StridedReader(StridedView view, int elementBytes, ReadPart read)
    {
        _view = view;
        _elementBytes = elementBytes;
        _read = read;
        _run = view.Run(out _axes);
    }

    public delegate void ReadPart(long offset, Span<byte> destination);

    public void ReadInto(long offset, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return;
        if (_run == _view.Count)
        {
            _read((_view.Offset * _elementBytes) + offset, destination);
            return;
        }
        long runBytes = _run * _elementBytes;
        byte[]? covered = runBytes < LongRun ? Cover() : null;
        bool isLast = offset + destination.Length == _view.Count * _elementBytes;
        while (!destination.IsEmpty)
        {
            long within = offset % runBytes;
            var part = destination[..(int)Math.Min(runBytes - within, destination.Length)];
            long position = (_view.Position(offset / runBytes, _axes) * _elementBytes) + within;
            if (covered is null)
                _read(position, part);
            else
                covered.AsSpan((int)(position - (_view.Offset * _elementBytes)), part.Length).CopyTo(part);
            destination = destination[part.Length..];
            offset += part.Length;
        }
        if (isLast)
            _covered = null;
    }

    byte[] Cover()
    {
        lock (_filling)
        {
            if (_covered is not null)
                return _covered;
            long bytes = _view.Extent * _elementBytes;
            if (bytes > Array.MaxLength)
                throw new SutiException("weights", "a tensor that is stored transposed has a limit",
                    $"at most {Array.MaxLength} bytes", $"{bytes}");
            byte[] covered = GC.AllocateUninitializedArray<byte>((int)bytes);
            _read(_view.Offset * _elementBytes, covered);
            return _covered = covered;
        }
    }
}
