using System.Security.Cryptography;

namespace SuTI.Engine.IO;

/// <summary>The part of a file that one tensor may fill: counts, hashes and refuses to run over.</summary>
sealed class TensorStream(Stream file, string path, SafetensorsTensor tensor, IncrementalHash? hash) : Stream
{
    long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _written;

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > tensor.ByteCount - _written)
            throw SizeMismatch($"at least {(Int128)_written + buffer.Length}");
        file.Write(buffer);
        hash?.AppendData(buffer);
        _written += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Checks that the tensor is complete.</summary>
    public void Complete()
    {
        if (_written != tensor.ByteCount)
            throw SizeMismatch($"{_written}");
    }

    // The bytes go to the disk once, when the whole file is flushed.
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    CheckpointException SizeMismatch(string found) => new(path, "the tensor must be written to its exact size",
        $"{tensor.ByteCount} bytes for {tensor.Type.FormatName()} [{string.Join(", ", tensor.Shape)}]",
        found, tensor.Name);
}
