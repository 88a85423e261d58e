namespace SuTI.Engine.Layers;

/// <summary>A checkpoint does not fit the declared parameters; every difference is named at once.</summary>
public sealed class CheckpointMismatchException : CheckpointException
{
    const int ShownPaths = 30;

    internal CheckpointMismatchException(string file, IReadOnlyList<string> missing, IReadOnlyList<string> unused,
        IReadOnlyList<string> repeated, IReadOnlyList<string> wrongShape, IReadOnlyList<string> wrongType)
        : base(file, "the file's tensors and the declared parameters must agree", found: string.Join("; ", new[]
        {
            Listed("missing", missing),
            Listed("unused", unused),
            Listed("twice", repeated),
            Listed("of another shape", wrongShape),
            Listed("of a type that is no floating-point number", wrongType),
        }.Where(text => text.Length > 0)))
    {
        Missing = missing;
        Unused = unused;
        Repeated = repeated;
        WrongShape = wrongShape;
        WrongType = wrongType;
    }

    /// <summary>Paths of parameters that the file has no tensor for.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Names in the file that no parameter takes.</summary>
    public IReadOnlyList<string> Unused { get; }

    /// <summary>Paths that several tensors of the file are renamed to.</summary>
    public IReadOnlyList<string> Repeated { get; }

    /// <summary>Paths with both shapes, in the file's layout.</summary>
    public IReadOnlyList<string> WrongShape { get; }

    /// <summary>Paths with the file's element type.</summary>
    public IReadOnlyList<string> WrongType { get; }

    static string Listed(string what, IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
            return "";
        string more = paths.Count > ShownPaths ? $", and {paths.Count - ShownPaths} more" : "";
        var shown = paths.Take(ShownPaths).Select(path => Printable(path));
        return $"{paths.Count} {what}: {string.Join(", ", shown)}{more}";
    }
}
