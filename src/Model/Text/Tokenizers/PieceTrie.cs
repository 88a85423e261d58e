namespace SuTI.Model.Text;

/// <summary>Pieces by their bytes: all that a text begins with are found in one walk, the shortest first.</summary>
sealed class PieceTrie
{
    /// <summary>Stands for a byte that no piece goes on with.</summary>
    public const int Nowhere = -1;

    readonly int[] _firstChild, _ids;
    readonly byte[] _labels;
    readonly int[] _fromRoot = new int[256];

    /// <param name="pieces">Each with its id; no two alike, none empty.</param>
    public PieceTrie(IEnumerable<(byte[] Text, int Id)> pieces)
    {
        var sorted = pieces.ToArray();
        Array.Sort(sorted, (a, b) => a.Text.AsSpan().SequenceCompareTo(b.Text));
        // A node is a range of sorted pieces that share their first bytes; its children follow each other in the arrays.
        var ranges = new List<(int Begin, int End, int Depth)> { (0, sorted.Length, 0) };
        List<byte> labels = [0];
        List<int> firstChild = [], ids = [];
        for (int node = 0; node < ranges.Count; node++)
        {
            var (begin, end, depth) = ranges[node];
            bool isPiece = begin < end && sorted[begin].Text.Length == depth;
            ids.Add(isPiece ? sorted[begin].Id : Nowhere);
            firstChild.Add(ranges.Count);
            for (int i = isPiece ? begin + 1 : begin; i < end;)
            {
                byte label = sorted[i].Text[depth];
                int next = i + 1;
                while (next < end && sorted[next].Text[depth] == label)
                    next++;
                ranges.Add((i, next, depth + 1));
                labels.Add(label);
                i = next;
            }
        }
        firstChild.Add(ranges.Count);
        (_labels, _firstChild, _ids) = ([.. labels], [.. firstChild], [.. ids]);
        Array.Fill(_fromRoot, Nowhere);
        for (int child = _firstChild[0]; child < _firstChild[1]; child++)
            _fromRoot[_labels[child]] = child;
    }

    /// <summary>Where a byte leads from a node (0 is the root), or <see cref="Nowhere"/>.</summary>
    public int Go(int node, byte label)
    {
        if (node == 0)
            return _fromRoot[label];
        int first = _firstChild[node];
        int index = _labels.AsSpan(first, _firstChild[node + 1] - first).IndexOf(label);
        return index < 0 ? Nowhere : first + index;
    }

    /// <summary>The piece that ends at a node, or <see cref="Nowhere"/>.</summary>
    public int Id(int node) => _ids[node];

    /// <summary>The length of the longest piece that <paramref name="text"/> begins with; 0 if none.</summary>
    public int LongestMatch(ReadOnlySpan<byte> text)
    {
        int longest = 0, node = 0;
        for (int i = 0; i < text.Length && (node = Go(node, text[i])) != Nowhere; i++)
        {
            if (_ids[node] != Nowhere)
                longest = i + 1;
        }
        return longest;
    }
}
