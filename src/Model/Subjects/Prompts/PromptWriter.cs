using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SuTI.Engine;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.World;

namespace SuTI.Model.Subjects.Prompts;

/// <summary>What was written.</summary>
/// <param name="Clusters">That have prompts.</param>
/// <param name="WithoutSubject">Clusters that no text says the subject of; they get theirs when one is given.</param>
/// <param name="Seen">Templates passed over because a page's text says the same already.</param>
/// <param name="Kinds">How many of each kind, those for training and those held out.</param>
public sealed record PromptSummary(long Clusters, long WithoutSubject, long Seen, IReadOnlyList<(string Kind, bool IsHeldOut, long Count)> Kinds);

/// <summary>Gives each cluster prompts that its own texts do not hold, drawn by chance from templates.</summary>
public static class PromptWriter
{
    const int Most = 1000, ClustersAtATime = 256;

    /// <exception cref="SutiException">A number out of range, or prompts were begun with other settings.</exception>
    public static PromptSummary Write(RunCatalogue run, PromptTemplates templates, PromptOptions? options = null, Action<long, long>? progress = null,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(templates);
        options ??= new();
        foreach (int number in (ReadOnlySpan<int>)[options.EachKind, options.HeldOut])
        {
            if (number is < 0 or > Most)
                throw new SutiException("prompts", "the number of prompts is out of range", $"0 to {Most}", $"{number}");
        }
        using var turn = StageLock.Take(run, "prompts");
        string settings = options.Settings(templates.Digest);
        // Each set of templates is a stage of its own: those of a file may follow the grammar's.
        string stage = $"prompts.{templates.Digest[..8]}";
        run.Stages.Begin(stage, settings);
        long clusters = 0, without = 0, seen = 0, total = run.Clusters.Count, done = 0;
        foreach (var part in run.Clusters.All().Chunk(ClustersAtATime))
        {
            stop.ThrowIfCancellationRequested();
            run.InTransaction(() =>
            {
                foreach (var cluster in part)
                {
                    if (cluster.Subject.Length == 0)
                    {
                        without++;
                        continue;
                    }
                    clusters++;
                    foreach (var (kind, text, isHeldOut) in For(cluster, templates, options, ref seen))
                        run.Prompts.Add(cluster.Id, kind, text, isHeldOut);
                }
            });
            progress?.Invoke(done += part.Length, total);
        }
        run.Stages.Finish(stage);
        var kinds = run.Prompts.CountByKind();
        var list = StageManifest.WriteLines(run, "prompts.jsonl", run.Clusters.All().SelectMany(cluster => run.Prompts.Of(cluster.Id)
            .Select(prompt => new Action<System.Text.Json.Utf8JsonWriter>(json =>
            {
                json.WriteNumber("cluster", prompt.Cluster);
                json.WriteString("url", cluster.Url);
                json.WriteString("kind", prompt.Kind);
                json.WriteString("prompt", prompt.Text);
                json.WriteBoolean("held_out", prompt.IsHeldOut);
            }))));
        StageManifest.Write(run, "prompts", settings, kinds.Select(kind => (kind.IsHeldOut ? kind.Kind + "_held_out" : kind.Kind, kind.Count)), [list]);
        return new(clusters, without, seen, kinds);
    }

    /// <summary>The prompts of one cluster: a function of its page, the templates and the options.</summary>
    internal static List<(string Kind, string Text, bool IsHeldOut)> For(Cluster cluster, PromptTemplates templates, PromptOptions options, ref long seen)
    {
        var chosen = new List<(string, string, bool)>();
        // By the page, not by its number in the run: the same page has the same prompts in every run.
        ulong page = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(cluster.Url)));
        var random = WorldRandom.For(RandomKey.For("prompts", options.Seed), page);
        string[] texts = [.. cluster.Images.Select(image => PromptTemplate.Words(image.Text))];
        string subject = PromptTemplate.Words(cluster.Subject);
        foreach (string kind in templates.Kinds)
            seen += Draw(templates.All.Where(template => template.Kind == kind && !template.IsHeldOut), options.EachKind, ref random);
        seen += Draw(templates.All.Where(template => template.IsHeldOut), options.HeldOut, ref random);
        return chosen;

        long Draw(IEnumerable<PromptTemplate> from, int count, ref WorldRandom random)
        {
            var left = count > 0 ? from.ToList() : [];
            long passed = 0;
            for (int taken = 0; taken < count && left.Count > 0;)
            {
                int at = random.Below(left.Count);
                var template = left[at];
                left[at] = left[^1];
                left.RemoveAt(left.Count - 1);
                string text = template.Write(options.NamesClass ? cluster.Noun : cluster.Subject, cluster.Noun);
                // A red robot is not asked for a red robot.
                bool isOwn = template.Adjective.Length > 0 && subject.Contains(PromptTemplate.Words(template.Adjective), StringComparison.Ordinal);
                if (isOwn || texts.Any(template.IsIn))
                    passed++;
                else if (!chosen.Exists(other => other.Item2 == text))
                {
                    chosen.Add((template.Kind, text, template.IsHeldOut));
                    taken++;
                }
            }
            return passed;
        }
    }
}
