using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SuTI.Engine.IO;
using SuTI.Model.Generation;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>
/// What a stage made, beside the catalogue: STAGE.sha256 lists its files as sha256sum does (and checks), STAGE.json has the settings,
/// the counts and the digest of that list. The same stage with the same inputs writes the same bytes.
/// </summary>
public static class StageManifest
{
    /// <param name="settings">JSON, as <see cref="StageTable.Begin"/> has it.</param>
    /// <param name="files">SHA-256 and path relative to the run, in a fixed order.</param>
    public static void Write(RunCatalogue run, string stage, string settings, IEnumerable<(string Name, long Count)> counts,
        IEnumerable<(string Digest, string Path)> files)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long count = 0;
        AtomicFile.Write(run.PathOf($"{stage}.sha256"), to =>
        {
            foreach (var (digest, path) in files)
            {
                byte[] line = Encoding.UTF8.GetBytes($"{digest}  {path}\n");
                hash.AppendData(line);
                to.Write(line);
                count++;
            }
        });
        string list = Convert.ToHexStringLower(hash.GetHashAndReset());
        AtomicFile.Write(run.PathOf($"{stage}.json"), to =>
        {
            using var json = new Utf8JsonWriter(to, new() { Indented = true });
            json.WriteStartObject();
            json.WriteString("stage", stage);
            json.WriteString("version", SutiVersion.Text);
            json.WriteNumber("catalogue", CatalogueSchema.Version);
            json.WritePropertyName("settings");
            json.WriteRawValue(settings);
            json.WriteStartObject("counts");
            foreach (var (name, value) in counts)
                json.WriteNumber(name, value);
            json.WriteEndObject();
            json.WriteNumber("files", count);
            json.WriteString("files_sha256", list);
            json.WriteEndObject();
        });
    }

    /// <summary>Writes a list of JSON lines into the run and gives its digest, for the manifest.</summary>
    internal static (string Digest, string Path) WriteLines(RunCatalogue run, string name, IEnumerable<Action<Utf8JsonWriter>> lines)
    {
        string path = run.PathOf(name);
        AtomicFile.Write(path, to =>
        {
            foreach (var line in lines)
            {
                using (var json = new Utf8JsonWriter(to))
                {
                    json.WriteStartObject();
                    line(json);
                    json.WriteEndObject();
                }
                to.WriteByte((byte)'\n');
            }
        });
        return (FileDigest.Of(path), name);
    }
}
