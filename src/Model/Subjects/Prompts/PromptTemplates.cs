using System.Security.Cryptography;
using System.Text;
using SuTI.Engine;
using SuTI.Model.World;
using SuTI.Model.World.Scenes;
using SuTI.Model.World.Styles;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.Subjects.Prompts;

/// <summary>
/// A set of templates by kind: new contexts, attributes and colours, styles, accessories, views, the kinds that SuTI asks for (Chen
/// et al. 2023, section 3.1).
/// </summary>
public sealed class PromptTemplates
{
    const int LongestLine = 1000, MostLines = 100_000;

    static readonly string[] s_views = ["turned to the left", "turned to the right", "seen from above", "seen from below", "far away"];

    PromptTemplates(IReadOnlyList<PromptTemplate> all)
    {
        All = all;
        Kinds = [.. all.Select(template => template.Kind).Distinct()];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var template in all)
            hash.AppendData(Encoding.UTF8.GetBytes($"{template.Kind}\t{template.Write("x", "y")}\t{template.IsHeldOut}\n"));
        Digest = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public IReadOnlyList<PromptTemplate> All { get; }

    public IReadOnlyList<string> Kinds { get; }

    /// <summary>SHA-256 over all of them.</summary>
    public string Digest { get; }

    /// <summary>
    /// The phrases of the drawn world's grammar, for any subject. A scene with an accessory, colour or style that
    /// <see cref="WorldRequests.IsHeldOut"/> names is for evaluation alone.
    /// </summary>
    public static PromptTemplates Grammar { get; } = new([.. Contexts(), .. Attributes(), .. Styles(), .. Worn(), .. Views()]);

    /// <summary>A file with a template on each line, such as <c>a {subject} on the moon</c>; empty lines and lines that begin with # are left out.</summary>
    /// <param name="isHeldOut">Whether all of them are for evaluation alone.</param>
    /// <exception cref="SutiException">The file cannot be read, is too long, has no template, or a line is none.</exception>
    public static PromptTemplates Read(string file, bool isHeldOut = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        var templates = new List<PromptTemplate>();
        try
        {
            using var stream = File.OpenRead(file);
            int number = 0;
            foreach (var line in Mining.BoundedLines.Read(stream, LongestLine))
            {
                number++;
                if (line is not { } bytes || number > MostLines)
                    throw new SutiException(CheckpointException.Printable(file, 1000), "is too long for a list of templates",
                        $"{MostLines} lines of {LongestLine} bytes", $"more at line {number}");
                string text = Encoding.UTF8.GetString(bytes.Span).Trim();
                if (text.Any(char.IsControl))
                    throw new SutiException($"{CheckpointException.Printable(file, 1000)}, line {number}", "holds control characters");
                if (text.Length > 0 && text[0] != '#')
                    templates.Add(PromptTemplate.Parse(text, isHeldOut));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(CheckpointException.Printable(file, 1000), "cannot be read", "a file of templates", failure.Message, failure);
        }
        return templates.Count > 0 ? new(templates)
            : throw new SutiException(CheckpointException.Printable(file, 1000), "holds no template", "a {subject} on a beach", "nothing");
    }

    static IEnumerable<PromptTemplate> Contexts() => AllScenes.All.Select(scene => new PromptTemplate("context", "", "", [scene.Phrase]));

    static IEnumerable<PromptTemplate> Attributes() => from scene in AllScenes.All
                                                       from colour in WorldRequests.Edits
                                                       select new PromptTemplate("attribute", "", colour.Name, [scene.Phrase],
                                                           WorldRequests.IsHeldOut(new() { Scene = scene, Edit = colour }));

    static IEnumerable<PromptTemplate> Styles() => from scene in AllScenes.All
                                                   from style in DrawingStyle.All
                                                   select new PromptTemplate("style", style.Phrase, "", [scene.Phrase],
                                                       WorldRequests.IsHeldOut(new() { Scene = scene, Style = style }));

    static IEnumerable<PromptTemplate> Worn() => from scene in AllScenes.All
                                                 from accessory in Accessories.All
                                                 select new PromptTemplate("accessory", "", "", [accessory.Phrase, scene.Phrase],
                                                     WorldRequests.IsHeldOut(new() { Scene = scene, Accessory = accessory }));

    static IEnumerable<PromptTemplate> Views() => from scene in AllScenes.All
                                                  from view in s_views.Append("")
                                                  select view.Length == 0 ? new PromptTemplate("view", "a close-up of", "", [scene.Phrase])
                                                      : new PromptTemplate("view", "", "", [view, scene.Phrase]);
}
