namespace SuTI.Model.Imaging.Png;

/// <summary>The contents of the chunks IDAT one after the other, as one stream.</summary>
sealed class PngDataStream(IReadOnlyList<ReadOnlyMemory<byte>> chunks) : Stream
{
    int _chunk, _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int written = 0;
        while (written < buffer.Length && _chunk < chunks.Count)
        {
            var rest = chunks[_chunk].Span[_position..];
            int count = Math.Min(rest.Length, buffer.Length - written);
            rest[..count].CopyTo(buffer[written..]);
            written += count;
            _position += count;
            if (count == rest.Length)
                (_chunk, _position) = (_chunk + 1, 0);
        }
        return written;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
