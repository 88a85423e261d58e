using SuTI.Engine;

namespace SuTI.Model.Folders;

/// <summary>
/// A model in the folder layout of diffusers or transformers: <c>model_index.json</c> and a folder for each part, or
/// one part alone. Opening it reads the index and no weights.
/// </summary>
public sealed class ModelFolder
{
    public const string IndexFile = "model_index.json";

    // Parts that judge or mark pictures, or prepare pictures for them: they are no part of making one.
    static readonly string[] s_leftOut = ["safety_checker", "feature_extractor", "watermarker"];

    readonly List<ModelPart> _parts = [];
    readonly List<string> _notes = [];

    ModelFolder(string path, string className)
    {
        Path = path;
        ClassName = className;
    }

    public string Path { get; }

    /// <summary>Of the pipeline, or of the only part.</summary>
    public string ClassName { get; }

    public IReadOnlyList<ModelPart> Parts => _parts;

    /// <summary>The index; null where the folder is the only part.</summary>
    public JsonConfig? Index { get; private init; }

    /// <summary>What was left out, one clause each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <param name="path">The folder.</param>
    /// <param name="variant">Of the weight files, as in <c>model.fp16.safetensors</c>; null for the plain ones.</param>
    /// <exception cref="SutiException">
    /// No such folder, nothing that says what it holds, a part that is missing, or a part's name that leads elsewhere.
    /// </exception>
    public static ModelFolder Open(string path, string? variant = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
            throw new SutiException(Printable(path), "a model is a folder", null, File.Exists(path) ? "a file"
                : "nothing there");
        if (variant is not null && !IsPlainName(variant))
            throw new SutiException(Printable(path), "a variant is a plain name", "fp16", $"'{Printable(variant)}'");
        string index = System.IO.Path.Combine(path, IndexFile);
        return File.Exists(index) ? OfPipeline(path, JsonConfig.Open(index), variant) : OfPart(path, variant);
    }

    /// <exception cref="SutiException">There is no such part.</exception>
    public ModelPart this[string name] => Find(name) ?? throw new SutiException(Printable(Path),
        "the model has no such part",
        string.Join(", ", _parts.Select(part => part.Name)), $"'{Printable(name)}'");

    /// <summary>Null if there is no such part.</summary>
    public ModelPart? Find(string name) => _parts.Find(part => part.Name == name);

    /// <summary>Whether the name can mean nothing but an entry of the folder it is combined with.</summary>
    internal static bool IsPlainName(string name) => name.Length is > 0 and <= 100
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') && name[0] != '-';

    static ModelFolder OfPipeline(string path, JsonConfig index, string? variant)
    {
        var model = new ModelFolder(path, index.Text("_class_name")) { Index = index };
        var missing = new List<string>();
        foreach (string name in index.Keys.Where(key => key[0..Math.Min(1, key.Length)] != "_"))
        {
            // What is no pair is an option of the pipeline.
            if (index.TextsOrNulls(name) is not [var library, var className])
                continue;
            if (className is null)
            {
                model._notes.Add($"{Printable(name)} is absent");
                continue;
            }
            if (s_leftOut.Contains(name))
            {
                model._notes.Add($"left out {name} ({Printable(className)})");
                continue;
            }
            if (!IsPlainName(name))
                throw new SutiException(Printable(index.Source), "a part is a folder beside the index", "a plain name",
                    $"'{Printable(name)}'");
            string folder = System.IO.Path.Combine(path, name);
            if (!Directory.Exists(folder))
                missing.Add(name);
            else
                model._parts.Add(new(name, library, className, folder, variant));
        }
        if (missing.Count > 0)
            throw new SutiException(Printable(System.IO.Path.GetFullPath(path)),
                "all parts of the index must be there", null,
                $"no folder {string.Join(", ", missing)}");
        return model;
    }

    static ModelFolder OfPart(string path, string? variant)
    {
        var part = new ModelPart("", null, "", path, variant);
        if (!part.IsNetwork)
            throw new SutiException(Printable(System.IO.Path.GetFullPath(path)), "a model's folder says what it holds",
                $"{IndexFile} or config.json", "neither");
        var config = part.OpenConfig();
        string className = config.OptionalText("_class_name") ?? (config.TextsOrNulls("architectures") is [var first,
            ..] ? first : null)
            ?? config.OptionalText("model_type") ?? throw new SutiException(Printable(config.Source),
                "a configuration says what it is of", "_class_name or architectures", "neither");
        var model = new ModelFolder(path, className);
        // diffusers writes the class by this key and transformers by another.
        string library = config.Has("_class_name") ? "diffusers" : "transformers";
        model._parts.Add(new("", library, className, path, variant));
        return model;
    }

    static string Printable(string text) => CheckpointException.Printable(text, 1000);
}
