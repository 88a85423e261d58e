using System.IO.Compression;
using System.Text;
using System.Text.Json;
using SuTI.Model.Text;

namespace SuTI.Model.Tests.Text;

/// <summary>Folders of tokenizers, made of the reference ones: the same vocabulary in other files and arrangements.</summary>
static class TokenizerFolders
{
    public const string ClipNormalizer = """
        {"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "},
        {"type":"Lowercase"}]}
        """;

    public const string ClipSplitter = """
        {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":
        {"Regex":"'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"},"behavior":"Removed","invert":true},
        {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true}]}
        """;

    public const string ClipFrame = """
        {"type":"RobertaProcessing","sep":["<|endoftext|>",49407],"cls":["<|startoftext|>",49406],"trim_offsets":false,
        "add_prefix_space":false}
        """;

    public const string T5Frame = """
        {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],
        "pair":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}},
        {"Sequence":{"id":"B","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],
        "special_tokens":{"</s>":{"id":"</s>","ids":[1],"tokens":["</s>"]}}}
        """;

    public static string Clip { get; } = ClipVocabulary.Completed(FixtureOf("clip_tokenizer"));

    /// <summary>The same kind with a few hundred tokens.</summary>
    public static string SmallClip { get; } = Path.Combine(FixtureOf("pipeline_sd_ddim"), "tokenizer");

    public static string T5 { get; } = FixtureOf("t5_tokenizer");

    /// <summary>The texts of a fixture.</summary>
    public static string[] Texts(string folder)
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        return [.. cases.RootElement.EnumerateArray().Select(item => item.GetProperty("text").GetString()!)];
    }

    /// <summary>vocab.json and merges.txt as a model of tokenizer.json.</summary>
    public static string BytePairs(string folder, bool mergesAreLists)
    {
        var merges = File.ReadLines(Path.Combine(folder, "merges.txt")).Skip(1).Where(line => line.Length > 0)
            .Select(line => mergesAreLists ? JsonSerializer.Serialize(line.Split(' ')) : JsonSerializer.Serialize(line));
        return $$"""
            {"type":"BPE","dropout":null,"unk_token":"<|endoftext|>","continuing_subword_prefix":"",
            "end_of_word_suffix":"</w>","fuse_unk":false,"byte_fallback":false,"ignore_merges":false,
            "vocab":{{File.ReadAllText(Path.Combine(folder, "vocab.json"))}},"merges":[{{string.Join(',', merges)}}]}
            """;
    }

    public static string ClipJson(string model, string normalizer = ClipNormalizer, string splitter = ClipSplitter,
        string frame = ClipFrame) => $$"""
        {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":{{normalizer}},
        "pre_tokenizer":{{splitter}},"post_processor":{{frame}},"decoder":{"type":"ByteLevel"},"model":{{model}}}
        """;

    /// <summary>spiece.model as tokenizer.json, with the sentinels as the last pieces.</summary>
    public static string T5Json(string file, bool isNew)
    {
        var model = SentencePieceFile.Read(file);
        var pieces = model.Pieces.Select(piece => (Encoding.UTF8.GetString(piece.Text), piece.Score))
            .Concat(Enumerable.Range(0, 100).Select(i => ($"<extra_id_{99 - i}>", 0f))).ToList();
        string map = $$"""
            {"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(model.CharacterMap.Span)}}" }
            """;
        string normalizer = isNew ? $$"""
            {"type":"Sequence","normalizers":[{{map}},{"type":"Strip","strip_left":false,"strip_right":true},
            {"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"}]}
            """ : map;
        string splitter = isNew ? """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""" : """
            {"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},
            {"type":"Metaspace","replacement":"▁","add_prefix_space":true}]}
            """;
        var added = new[] { 0, 1, 2 }.Concat(Enumerable.Range(model.Pieces.Count, 100)).Select(id => $$"""
            {"id":{{id}},"content":{{JsonSerializer.Serialize(pieces[id].Item1)}},"single_word":false,"lstrip":false,
            "rstrip":false,"normalized":false,"special":true}
            """);
        var vocabulary = pieces.Select(piece => JsonSerializer.Serialize(new object[] { piece.Item1, piece.Item2 }));
        return $$"""
            {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{{string.Join(',', added)}}],
            "normalizer":{{normalizer}},"pre_tokenizer":{{splitter}},"post_processor":{{T5Frame}},"decoder":null,
            "model":{"type":"Unigram","unk_id":2,"vocab":[{{string.Join(',', vocabulary)}}]} }
            """;
    }

    /// <summary>merges.txt as the first release has it, packed and with lines behind those in use.</summary>
    public static byte[] Original(string folder)
    {
        string[] merges = File.ReadAllLines(Path.Combine(folder, "merges.txt"));
        string text = string.Join('\n', merges.Skip(1).Prepend("\"bpe_simple_vocab_16e6.txt#version: 0.2").Append("x y"));
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    public static TemporaryFolder Copy(string from, params string[] names)
    {
        var folder = new TemporaryFolder();
        foreach (string name in names)
            File.Copy(Path.Combine(from, name), folder.File(name));
        return folder;
    }

    // What is tested with these has ids of this vocabulary in it, wherever the fixtures to run lie.
    static string FixtureOf(string name)
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string copy = Path.Combine(folder, "tests", "fixtures", name);
            if (Directory.Exists(copy))
                return copy;
        }
        throw new DirectoryNotFoundException($"no tests/fixtures/{name} above the tests");
    }
}
