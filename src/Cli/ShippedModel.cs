using SuTI.Engine;
using SuTI.Model.Folders;

namespace SuTI.Cli;

/// <summary>Finds the parts of the model that comes with the program: clip, dino, base, apprentice and sr in models/nano.</summary>
static class ShippedModel
{
    /// <summary>Between which mean similarities of its CLIP clusters are of one subject (docs/nano.md); the paper's band is that of a CLIP that saw the web.</summary>
    internal const double MiningLow = 0.6, MiningHigh = 0.97;

    static readonly string[] s_parts = ["clip", "dino", "base", "apprentice", "sr"];

    static readonly string s_place = Path.Combine("models", "nano");

    /// <summary>Beside the program, else from the working directory upwards.</summary>
    /// <param name="option">What names another model, for the message.</param>
    /// <returns>The part's folder, a whole path.</returns>
    /// <exception cref="SutiException">It is in none of these places, which are named.</exception>
    internal static string Find(string part, string option = "--model")
        => Find(part, option, AppContext.BaseDirectory, Directory.GetCurrentDirectory());

    internal static string Find(string part, string option, string program, string from)
    {
        if (!s_parts.Contains(part))
            throw new ArgumentOutOfRangeException(nameof(part), part, string.Join(", ", s_parts));
        var tried = new List<string>();
        foreach (string root in Upwards(from).Prepend(program))
        {
            string folder = Path.GetFullPath(Path.Combine(root, s_place, part));
            if (File.Exists(Path.Combine(folder, ModelFolder.IndexFile)) || File.Exists(Path.Combine(folder, "config.json")))
                return folder;
            if (!tried.Contains(folder))
                tried.Add(folder);
        }
        throw new SutiException("suti", $"the model that comes with the program has no part '{part}' here; {option} FOLDER names another",
            $"a model in {CheckpointException.Printable(string.Join(" or ", tried), 4000)}", "none");
    }

    static IEnumerable<string> Upwards(string from)
    {
        for (var at = new DirectoryInfo(from); at is not null; at = at.Parent)
            yield return at.FullName;
    }
}
