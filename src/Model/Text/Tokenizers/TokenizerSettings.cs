using System.Text.Json;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>
/// What tokenizer_config.json, special_tokens_map.json and added_tokens.json of a folder say; each may be absent.
/// </summary>
sealed class TokenizerSettings
{
    const int MostAdded = 10000;

    static readonly string[] s_meaningless =
    [
        "name_or_path", "special_tokens_map_file", "tokenizer_file", "vocab_file", "merges_file", "processor_class",
        "use_fast", "from_slow", "errors", "model_input_names", "backend", "is_local", "add_prefix_space", "trim_offsets",
        "auto_map", "transformers_version", "_commit_hash", "max_length", "stride", "truncation_strategy", "pad_to_multiple_of",
        "pad_token_type_id", "return_token_type_ids", "spaces_between_special_tokens", "local_files_only", "device_map",
        "tokenizer_type", "init_inputs",
    ];

    readonly List<AddedToken> _added = [];

    /// <summary>tokenizer_class without its Fast; null if the folder does not say.</summary>
    public string? Class { get; private set; }

    /// <summary>model_max_length; null if none is given or it stands for no limit.</summary>
    public int? MaxLength { get; private set; }

    public AddedToken? Start { get; private set; }

    public AddedToken? End { get; private set; }

    public AddedToken? Unknown { get; private set; }

    public AddedToken? Padding { get; private set; }

    /// <summary>additional_special_tokens, added_tokens_decoder and added_tokens.json together.</summary>
    public IReadOnlyList<AddedToken> Added => _added;

    /// <summary>T5's sentinels; null if the folder does not say.</summary>
    public int? ExtraIds { get; private set; }

    /// <summary>Whether decoded text is cleaned up, see <see cref="DecodedText"/>.</summary>
    public bool CleansUp { get; private set; } = true;

    public static TokenizerSettings Read(string folder)
    {
        var settings = new TokenizerSettings();
        string config = Path.Combine(folder, "tokenizer_config.json");
        bool listsAdded = File.Exists(config) && TokenizerFile.ReadObject(config, json => settings.ReadConfig(config, json));
        string map = Path.Combine(folder, "special_tokens_map.json");
        // Where the configuration lists the added tokens itself, the published reader leaves the map alone.
        if (!listsAdded && File.Exists(map))
            TokenizerFile.ReadObject(map, json => settings.ReadMap(map, json));
        string added = Path.Combine(folder, "added_tokens.json");
        if (!listsAdded && File.Exists(added))
            TokenizerFile.ReadObject(added, json => settings.ReadAdded(added, json));
        settings.Add(folder, []);
        return settings;
    }

    /// <summary>Fills in what the folder's files have left open.</summary>
    public void Complete(AddedToken? start = null, AddedToken? end = null, AddedToken? unknown = null,
        AddedToken? padding = null, int? maxLength = null)
    {
        Start ??= start;
        End ??= end;
        Unknown ??= unknown;
        Padding ??= padding;
        MaxLength ??= maxLength;
    }

    /// <exception cref="SutiException">Too many.</exception>
    public void Add(string where, IReadOnlyCollection<AddedToken> tokens)
    {
        if (_added.Count + tokens.Count > MostAdded)
            throw new SutiException(TokenizerFile.Printable(where), "adds too many tokens to the vocabulary",
                TokenizerFile.Invariant($"at most {MostAdded}"), TokenizerFile.Invariant($"{_added.Count + tokens.Count}"));
        _added.AddRange(tokens);
    }

    bool ReadConfig(string file, JsonElement json)
    {
        bool listsAdded = false;
        foreach (var member in json.EnumerateObject())
        {
            string where = $"{file}, {member.Name}";
            var value = member.Value;
            if (value.ValueKind == JsonValueKind.Null || ReadToken(where, member.Name, value))
                continue;
            switch (member.Name)
            {
                case "tokenizer_class":
                    string name = TokenizerFile.Text(where, value);
                    Class = name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^4] : name;
                    break;
                case "model_max_length":
                    MaxLength = Length(where, value);
                    break;
                case "extra_ids":
                    ExtraIds = TokenizerFile.Whole(where, value) is >= 0 and <= 10000 and long count ? (int)count
                        : throw Unsupported(where, "0 to 10000", value);
                    break;
                case "clean_up_tokenization_spaces":
                    CleansUp = TokenizerFile.Flag(where, value);
                    break;
                case "added_tokens_decoder":
                    listsAdded = true;
                    ReadDecoder(where, value);
                    break;
                case "sp_model_kwargs":
                    if (!IsEmpty(value))
                        throw Unsupported(where, "nothing", value);
                    break;
                case "do_lower_case" or "legacy" or "add_eos_token":
                    Only(where, value, JsonValueKind.True);
                    break;
                case "split_special_tokens" or "add_bos_token":
                    Only(where, value, JsonValueKind.False);
                    break;
                case "padding_side" or "truncation_side":
                    if (TokenizerFile.Text(where, value) != "right")
                        throw Unsupported(where, "right", value);
                    break;
                default:
                    if (!s_meaningless.Contains(member.Name, StringComparer.Ordinal))
                        throw new SutiException(TokenizerFile.Printable(file), "holds a key that is not known", null,
                            $"'{TokenizerFile.Printable(member.Name)}'");
                    break;
            }
        }
        return listsAdded;
    }

    bool ReadMap(string file, JsonElement json)
    {
        foreach (var member in json.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null
                && !ReadToken($"{file}, {member.Name}", member.Name, member.Value)
                && !s_meaningless.Contains(member.Name, StringComparer.Ordinal))
                throw new SutiException(TokenizerFile.Printable(file), "holds a key that is not known", null,
                    $"'{TokenizerFile.Printable(member.Name)}'");
        }
        return true;
    }

    bool ReadAdded(string file, JsonElement json)
    {
        foreach (var member in json.EnumerateObject())
        {
            string where = $"{file}, '{member.Name}'";
            _added.Add(new(member.Name, AddedToken.ReadId(where, TokenizerFile.Whole(where, member.Value)), IsSpecial: false));
        }
        return true;
    }

    void ReadDecoder(string where, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw TokenizerFile.Misfit(where, "an object", json);
        foreach (var member in json.EnumerateObject())
            _added.Add(AddedToken.Read($"{where}.{member.Name}", member.Value, AddedToken.ReadId(where, member.Name)));
    }

    bool ReadToken(string where, string key, JsonElement value)
    {
        switch (key)
        {
            case "bos_token":
                Start = AddedToken.Read(where, value);
                return true;
            case "eos_token":
                End = AddedToken.Read(where, value);
                return true;
            case "unk_token":
                Unknown = AddedToken.Read(where, value);
                return true;
            case "pad_token":
                Padding = AddedToken.Read(where, value);
                return true;
            case "cls_token" or "sep_token" or "mask_token":
                _added.Add(AddedToken.Read(where, value));
                return true;
            // The second is the name of the first since version 5 of the published library; before it was an object.
            case "additional_special_tokens":
            case "extra_special_tokens" when value.ValueKind == JsonValueKind.Array:
                _added.AddRange(TokenizerFile.List(where, value).Select(token => AddedToken.Read(where, token)));
                return true;
            case "extra_special_tokens":
                if (value.ValueKind != JsonValueKind.Object)
                    throw TokenizerFile.Misfit(where, "a list or an object", value);
                _added.AddRange(value.EnumerateObject().Select(token
                    => AddedToken.Read($"{where}.{token.Name}", token.Value)));
                return true;
            default:
                return false;
        }
    }

    static int? Length(string where, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double length))
            throw TokenizerFile.Misfit(where, "a number", value);
        if (length < 2)
            throw Unsupported(where, "at least 2", value);
        // The published files write 1e30 for no limit.
        return length <= Tokenizer.LongestText ? (int)length : null;
    }

    static void Only(string where, JsonElement value, JsonValueKind supported)
    {
        if (value.ValueKind != supported)
            throw Unsupported(where, supported == JsonValueKind.True ? "true" : "false", value);
    }

    static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };

    static SutiException Unsupported(string where, string supported, JsonElement value)
        => new(TokenizerFile.Printable(where), "this value is not supported", supported,
            TokenizerFile.Printable(value.GetRawText()));
}
