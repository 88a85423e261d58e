using System.IO.Compression;
using System.Text;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>CLIP's tokenizer from the files it is published in.</summary>
static class ClipFiles
{
    public const string Start = "<|startoftext|>", End = "<|endoftext|>", EndOfWord = "</w>";

    const int PositionsOfAllPublished = 77, LargestMergesFile = 16 << 20, LongestMerge = 1000,
        OriginalMerges = 49152 - 256 - 2;

    /// <summary>vocab.json and merges.txt, as the libraries' folders hold them.</summary>
    public static ClipTokenizer FromVocabulary(string folder, TokenizerSettings settings)
    {
        string vocabulary = Path.Combine(folder, "vocab.json"), merges = Path.Combine(folder, "merges.txt");
        var table = TokenizerFile.ReadObject(vocabulary, json => TokenizerFile.Vocabulary(vocabulary, json));
        return Build(table, settings, model =>
        {
            string text = Decode(merges, TokenizerFile.Read(merges, LargestMergesFile));
            ReadMerges(merges, text, model, int.MaxValue);
        });
    }

    /// <summary>The file of the first release: bytes, bytes that end a word, merges, start and end make the vocabulary.</summary>
    /// <param name="file">bpe_simple_vocab_16e6.txt, with or without .gz.</param>
    public static ClipTokenizer FromOriginal(string file, TokenizerSettings settings)
    {
        byte[] bytes = TokenizerFile.Read(file, LargestMergesFile);
        string text = Decode(file, file.EndsWith(".gz", StringComparison.Ordinal) ? Unpack(file, bytes) : bytes);
        var table = new TokenTable(file, 49408);
        foreach (string suffix in (string[])["", EndOfWord])
        {
            foreach (byte value in ByteAlphabet.VocabularyOrder)
                table.Add(ByteAlphabet.Character(value) + suffix, table.Count);
        }
        foreach (var (_, left, right) in Merges(file, text).Take(OriginalMerges))
            table.Add(left + right, table.Count);
        table.Add(Start, table.Count);
        table.Add(End, table.Count);
        return Build(table, settings, model => ReadMerges(file, text, model, OriginalMerges));
    }

    /// <summary>A vocabulary, its merges and the tokens that the settings name.</summary>
    public static ClipTokenizer Build(TokenTable table, TokenizerSettings settings, Action<BytePairModel> readMerges)
    {
        AddedToken start = settings.Start ?? new(Start), end = settings.End ?? new(End),
            unknown = settings.Unknown ?? end, padding = settings.Padding ?? end;
        foreach (var token in settings.Added.Where(token => token.Id is not null))
        {
            if (table.Find(token.Content) != token.Id)
                table.Add(token.Content, token.Id!.Value);
        }
        int unknownId = table.Require(unknown.Content, "unknown"), startId = table.Require(start.Content, "start"),
            endId = table.Require(end.Content, "end"), paddingId = table.Require(padding.Content, "padding");
        List<AddedToken> all = [start, end, unknown, padding, .. settings.Added];
        // Padding is looked for in texts like the others: with SD-2, which pads with "!", that sign in a prompt is padding.
        var found = all.Select(token => (token.Content, Id: table.Require(token.Content, "added"), token.IsSpecial)).ToList();
        SpecialTokens inText = new(found.Select(token => (token.Content, token.Id)));
        var model = new BytePairModel(table, EndOfWord, unknownId, table.Count);
        readMerges(model);
        return new(table, model, new(startId, endId, paddingId, unknownId, settings.MaxLength ?? PositionsOfAllPublished, inText),
            inText, found.Where(token => token.IsSpecial).Select(token => token.Id), settings.CleansUp);
    }

    static void ReadMerges(string file, string text, BytePairModel model, int most)
    {
        foreach (var (line, left, right) in Merges(file, text).Take(most))
            model.AddMerge(left, right, $"{TokenizerFile.Printable(file)}, line {line}");
    }

    /// <summary>Pairs of tokens, one a line behind a line that names the version.</summary>
    static IEnumerable<(int Line, string Left, string Right)> Merges(string file, string text)
    {
        int number = 0;
        foreach (string line in text.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            number++;
            if (line.Length == 0 || (number == 1 && IsHeader(line)))
                continue;
            string[] pair = line.Split(' ');
            if (pair.Length != 2 || pair[0].Length == 0 || pair[1].Length == 0 || line.Length > LongestMerge)
                throw new SutiException(TokenizerFile.Invariant($"{TokenizerFile.Printable(file)}, line {number}"),
                    "is no merge", "two tokens and a space between", $"'{CheckpointException.Printable(line)}'");
            yield return (number, pair[0], pair[1]);
        }
    }

    static bool IsHeader(string line) => line.Contains("#version", StringComparison.Ordinal);

    static string Decode(string file, byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            throw new SutiException(TokenizerFile.Printable(file), "is not UTF-8", null, failure.Message, failure);
        }
    }

    static byte[] Unpack(string file, byte[] packed)
    {
        try
        {
            using var stream = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            byte[] block = new byte[1 << 16];
            for (int count; (count = stream.Read(block)) > 0;)
            {
                unpacked.Write(block, 0, count);
                if (unpacked.Length > LargestMergesFile)
                    throw new SutiException(TokenizerFile.Printable(file), "unpacks to too much",
                        TokenizerFile.Invariant($"at most {LargestMergesFile} bytes"), "more");
            }
            return unpacked.ToArray();
        }
        catch (InvalidDataException failure)
        {
            throw new SutiException(TokenizerFile.Printable(file), "is not valid gzip", null, failure.Message, failure);
        }
    }
}
