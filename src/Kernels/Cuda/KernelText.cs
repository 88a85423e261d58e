using System.Collections.Concurrent;
using System.Reflection;
using System.Text;

namespace SuTI.Kernels;

/// <summary>The CUDA kernels' text, embedded in this assembly: one name, one text with everything it includes.</summary>
public static class KernelText
{
    const string Include = "#include \"";

    static readonly Assembly s_assembly = typeof(KernelText).Assembly;
    static readonly ConcurrentDictionary<string, string> s_flat = new(StringComparer.Ordinal);

    /// <summary>The names of all files that hold kernels, as <see cref="Flatten(string)"/> takes them: norms/group_norm.cu.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. s_assembly.GetManifestResourceNames().Where(name => name.EndsWith(".cu", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The names of all files, those that are only included too.</summary>
    public static IReadOnlyList<string> AllFiles { get; } =
        [.. s_assembly.GetManifestResourceNames().Where(name => name.EndsWith(".cu", StringComparison.Ordinal) || name.EndsWith(".cuh", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    /// <summary>
    /// The text of a file in which every included file of ours stands once, where it is first included. Compilers name the
    /// original files and lines in their messages.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such file, or one that includes it.</exception>
    public static string Flatten(string file) => s_flat.GetOrAdd(file, static name =>
    {
        var text = new StringBuilder();
        Append(text, name, []);
        return text.ToString();
    });

    /// <summary>As above, of a text that is no file of this assembly.</summary>
    public static string Flatten(string name, string content)
    {
        var text = new StringBuilder();
        Append(text, name, content, []);
        return text.ToString();
    }

    static void Append(StringBuilder text, string file, HashSet<string> seen)
    {
        if (seen.Add(file))
            Append(text, file, Read(file), seen);
    }

    static void Append(StringBuilder text, string file, string content, HashSet<string> seen)
    {
        string folder = file.Contains('/', StringComparison.Ordinal) ? file[..(file.LastIndexOf('/') + 1)] : "";
        string[] lines = content.Split('\n');
        text.Append("#line 1 \"").Append(file).Append("\"\n");
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            if (!line.StartsWith(Include, StringComparison.Ordinal) || line.StartsWith(Include + "emu.h", StringComparison.Ordinal))
            {
                // Each file stands once, so what would say so to a preprocessor is left out.
                text.Append(line.StartsWith("#pragma once", StringComparison.Ordinal) ? "" : line).Append('\n');
                continue;
            }
            string included = line[Include.Length..line.LastIndexOf('"')];
            Append(text, Exists(folder + included) ? folder + included : included, seen);
            text.Append("#line ").Append(i + 2).Append(" \"").Append(file).Append("\"\n");
        }
    }

    static bool Exists(string file) => s_assembly.GetManifestResourceInfo(file) is not null;

    /// <summary>A file as it was written.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static string Read(string file)
    {
        using var stream = s_assembly.GetManifestResourceStream(file)
            ?? throw new FileNotFoundException($"There is no kernel file {file}.", file);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
