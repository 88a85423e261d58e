using System.Text.Json;

namespace SuTI.Engine.IO;

/// <summary>
/// The tokens of a JSON text of known length, read through a small window, so that a hostile text is refused at its
/// first wrong byte, having cost no more memory than its longest string.
/// </summary>
ref struct JsonTokens
{
    public const int FirstWindow = 16 << 10;

    readonly Stream _stream;
    readonly int _longestToken;
    byte[] _window;
    int _filled;
    long _unread;
    Utf8JsonReader _reader;

    public JsonTokens(
        Stream stream, long length, int maxDepth, int longestToken, int firstWindow = FirstWindow)
    {
        _stream = stream;
        _longestToken = longestToken;
        _window = new byte[(int)Math.Min(length, firstWindow)];
        _unread = length;
        Fill(0, new JsonReaderState(new JsonReaderOptions { MaxDepth = maxDepth }));
    }

    /// <summary>Whether reading stopped because one token is longer than allowed.</summary>
    public bool IsOverlong { get; private set; }

    /// <summary>The first byte of the text, for as long as nothing has been read.</summary>
    public readonly byte FirstByte => _window[0];

    public readonly JsonTokenType Type => _reader.TokenType;

    /// <summary>The current string (escapes unresolved) or number.</summary>
    public readonly ReadOnlySpan<byte> Raw => _reader.ValueSpan;

    /// <summary>Steps to the next token; false behind the last one.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="EndOfStreamException">The stream ends before the text does.</exception>
    public bool Read()
    {
        while (!_reader.Read())
        {
            if (_reader.IsFinalBlock)
                return false;
            ReadOnlySpan<byte> tail = _window.AsSpan((int)_reader.BytesConsumed.._filled);
            int kept = tail.Length;
            if (kept == _window.Length)
            {
                if (kept > _longestToken)
                {
                    IsOverlong = true;
                    throw new JsonException($"a token of more than {_longestToken} bytes");
                }
                _window = new byte[(int)Math.Min(kept + _unread, 4L * kept)];
            }
            tail.CopyTo(_window);
            Fill(kept, _reader.CurrentState);
        }
        return true;
    }

    /// <summary>The current string, or null where it is not valid Unicode.</summary>
    public readonly string? Text()
    {
        try
        {
            return _reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether the current token is a number of digits alone, below 2⁶³.</summary>
    public readonly bool TryPlainInteger(out long value)
    {
        value = 0;
        return Type is JsonTokenType.Number
            && !Raw.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && _reader.TryGetInt64(out value);
    }

    /// <summary>Steps over the current value to its last token.</summary>
    public void Skip()
    {
        if (Type is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        int depth = _reader.CurrentDepth;
        do
            Read();
        while (_reader.CurrentDepth > depth);
    }

    void Fill(int kept, JsonReaderState state)
    {
        int take = (int)Math.Min(_unread, _window.Length - kept);
        _stream.ReadExactly(_window.AsSpan(kept, take));
        _unread -= take;
        _filled = kept + take;
        _reader = new Utf8JsonReader(_window.AsSpan(0, _filled), _unread == 0, state);
    }
}
