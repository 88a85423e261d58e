using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>Tokens and their ids, both ways. Ids may have holes; no id and no token occurs twice.</summary>
sealed class TokenTable
{
    /// <summary>Ids from here on are refused: no text encoder has so many rows.</summary>
    public const int LargestSize = 1 << 20;

    readonly string _source;
    readonly Dictionary<string, int> _ids;
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    string?[] _tokens;

    /// <param name="source">The file, for messages.</param>
    public TokenTable(string source, int capacity)
    {
        _source = source;
        _ids = new(Math.Min(capacity, LargestSize), StringComparer.Ordinal);
        _lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new string?[Math.Min(capacity, LargestSize)];
    }

    /// <summary>The largest id and one.</summary>
    public int Size { get; private set; }

    public int Count => _ids.Count;

    public string this[int id] => (uint)id < (uint)Size && _tokens[id] is { } token ? token
        : throw new SutiException(_source, "no token has this id",
            FormattableString.Invariant($"0 to {Size - 1}"), FormattableString.Invariant($"{id}"));

    public void Add(string token, long id)
    {
        if (id is < 0 or >= LargestSize)
            throw new SutiException($"{_source}, token '{CheckpointException.Printable(token)}'", "the id is out of range",
                FormattableString.Invariant($"0 to {LargestSize - 1}"), FormattableString.Invariant($"{id}"));
        if (!_ids.TryAdd(token, (int)id))
            throw new SutiException(_source, "a token occurs twice", null, $"'{CheckpointException.Printable(token)}'");
        if (id >= _tokens.Length)
            Array.Resize(ref _tokens, Math.Max((int)id + 1, Math.Min(_tokens.Length * 2, LargestSize)));
        if (_tokens[id] is { } other)
            throw new SutiException(_source, FormattableString.Invariant($"two tokens have the id {id}"), null,
                $"'{CheckpointException.Printable(other)}' and '{CheckpointException.Printable(token)}'");
        _tokens[id] = token;
        Size = Math.Max(Size, (int)id + 1);
    }

    public int? Find(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    public int? Find(ReadOnlySpan<char> token) => _lookup.TryGetValue(token, out int id) ? id : null;

    /// <exception cref="SutiException">The vocabulary does not hold it.</exception>
    public int Require(string token, string role) => Find(token)
        ?? throw new SutiException(_source, $"the vocabulary has no {role} token", $"'{CheckpointException.Printable(token)}'",
            "none");
}
