using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SuTI.Engine.IO;

/// <summary>The bytes of a pickle, read through a small window; asking for more than there are is an error.</summary>
sealed class PickleInput(SafeFileHandle file, string path, long start, long end)
{
    const int Window = 64 << 10;
    const int LongestLine = 4096;

    byte[] _window = new byte[(int)Math.Min(Window, Math.Max(end - start, 1))];
    long _next = start;
    int _position, _filled;

    /// <summary>Of the next byte, in the file.</summary>
    public long Position => _next - _filled + _position;

    public byte Byte()
    {
        if (_position == _filled)
            Fill(1);
        return _window[_position++];
    }

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Bytes(long count)
    {
        if (count < 0 || count > end - Position)
            throw Short($"{count} more bytes");
        if (_filled - _position < count)
            Fill((int)count);
        var bytes = _window.AsSpan(_position, (int)count);
        _position += (int)count;
        return bytes;
    }

    public void Skip(long count)
    {
        if (count < 0 || count > end - Position)
            throw Short($"{count} more bytes");
        long inWindow = Math.Min(count, _filled - _position);
        _position += (int)inWindow;
        _next += count - inWindow;
        if (count > inWindow)
            _position = _filled = 0;
    }

    /// <summary>A line without its end, as text: every byte a character.</summary>
    public string Line()
    {
        var line = new StringBuilder();
        for (byte b = Byte(); b != '\n'; b = Byte())
        {
            if (line.Length == LongestLine)
                throw new CheckpointException(path, "a line of a pickle has a limit", $"{LongestLine} bytes", "more");
            line.Append((char)b);
        }
        return line.ToString();
    }

    void Fill(int count)
    {
        int kept = _filled - _position;
        if (count > _window.Length)
        {
            byte[] larger = new byte[count];
            _window.AsSpan(_position, kept).CopyTo(larger);
            _window = larger;
        }
        else
        {
            _window.AsSpan(_position, kept).CopyTo(_window);
        }
        _position = 0;
        _filled = kept;
        while (_filled < count)
        {
            var free = _window.AsSpan(_filled, (int)Math.Min(_window.Length - _filled, end - _next));
            int read = free.IsEmpty ? 0 : RandomAccess.Read(file, free, _next);
            if (read == 0)
                throw Short("more bytes");
            _next += read;
            _filled += read;
        }
    }

    CheckpointException Short(string expected)
        => new(path, "the pickle must not end early", expected, $"the end at byte {end}");
}
