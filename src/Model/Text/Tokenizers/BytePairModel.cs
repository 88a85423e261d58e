using System.Buffers;
using System.Text;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>
/// Byte-pair encoding of single words: the bytes of a word are joined pair by pair, the pair of lowest rank first and of
/// equal ones the leftmost (Sennrich et al. 2016, section 3.2).
/// </summary>
sealed class BytePairModel
{
    const int LongestOnStack = 128;

    readonly TokenTable _table;
    readonly string _endOfWord;
    readonly int[] _inner = new int[256], _last = new int[256];
    readonly Dictionary<long, (int Rank, int Id)> _merges;

    /// <param name="table">The vocabulary; bytes that it lacks become <paramref name="unknownId"/>.</param>
    /// <param name="endOfWord">What the last token of a word ends with.</param>
    public BytePairModel(TokenTable table, string endOfWord, int unknownId, int mergeCapacity)
    {
        _table = table;
        _endOfWord = endOfWord;
        _merges = new(mergeCapacity);
        for (int value = 0; value < 256; value++)
        {
            string character = ByteAlphabet.Character((byte)value).ToString();
            _inner[value] = table.Find(character) ?? unknownId;
            _last[value] = table.Find(character + endOfWord) ?? unknownId;
        }
    }

    public string EndOfWord => _endOfWord;

    public int MergeCount => _merges.Count;

    /// <summary>Adds the next merge; its rank is the number of those before it.</summary>
    /// <param name="where">File and line, for messages.</param>
    public void AddMerge(ReadOnlySpan<char> left, ReadOnlySpan<char> right, string where)
    {
        int leftId = Require(left, where), rightId = Require(right, where);
        int joined = Join(left, right, where);
        if (!_merges.TryAdd(Key(leftId, rightId), (_merges.Count, joined)))
            throw new SutiException(where, "a merge occurs twice", null, $"'{Printable(left)} {Printable(right)}'");
    }

    /// <summary>Appends the tokens of one word.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.IsEmpty)
            return;
        int bound = Encoding.UTF8.GetMaxByteCount(word.Length);
        byte[]? rented = bound > LongestOnStack ? ArrayPool<byte>.Shared.Rent(bound) : null;
        Span<byte> bytes = rented ?? stackalloc byte[LongestOnStack];
        bytes = bytes[..Encoding.UTF8.GetBytes(word, bytes)];
        int[] symbols = new int[bytes.Length];
        for (int i = 0; i < symbols.Length; i++)
            symbols[i] = (i == symbols.Length - 1 ? _last : _inner)[bytes[i]];
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        Merge(symbols, ids);
    }

    void Merge(int[] symbols, List<int> ids)
    {
        int[] next = new int[symbols.Length], previous = new int[symbols.Length];
        var waiting = new PriorityQueue<(int Left, int Right, int LeftId, int RightId), long>();
        for (int i = 0; i < symbols.Length; i++)
        {
            next[i] = i + 1 < symbols.Length ? i + 1 : -1;
            previous[i] = i - 1;
            Offer(i);
        }
        while (waiting.TryDequeue(out var pair, out _))
        {
            var (left, right, leftId, rightId) = pair;
            // A symbol that was joined since is -1 or has another id.
            if (symbols[left] != leftId || symbols[right] != rightId || next[left] != right)
                continue;
            symbols[left] = _merges[Key(leftId, rightId)].Id;
            symbols[right] = -1;
            next[left] = next[right];
            if (next[right] >= 0)
                previous[next[right]] = left;
            Offer(left);
            if (previous[left] >= 0)
                Offer(previous[left]);
        }
        for (int i = 0; i >= 0; i = next[i])
            ids.Add(symbols[i]);

        void Offer(int left)
        {
            int right = next[left];
            if (right >= 0 && _merges.TryGetValue(Key(symbols[left], symbols[right]), out var merge))
                waiting.Enqueue((left, right, symbols[left], symbols[right]), ((long)merge.Rank << 32) | (uint)left);
        }
    }

    int Join(ReadOnlySpan<char> left, ReadOnlySpan<char> right, string where)
    {
        int length = left.Length + right.Length;
        Span<char> joined = length <= LongestOnStack ? stackalloc char[LongestOnStack] : new char[length];
        left.CopyTo(joined);
        right.CopyTo(joined[left.Length..]);
        return Require(joined[..length], where);
    }

    int Require(ReadOnlySpan<char> token, string where) => _table.Find(token)
        ?? throw new SutiException(where, "a merge names a token that the vocabulary does not hold", null,
            $"'{Printable(token)}'");

    static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    static string Printable(ReadOnlySpan<char> text) => CheckpointException.Printable(text.ToString());
}
