namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>The results of an evaluation; intervals are bootstraps over subjects (95 %).</summary>
/// <param name="Chance">By score: what blind guesses reach, where there is such a thing.</param>
public sealed record EvaluationSummary(IReadOnlyList<RouteSummary> Routes, IReadOnlyList<RouteComparison> Comparisons,
    IReadOnlyDictionary<string, double> Chance)
{
    /// <param name="results">Of all routes.</param>
    /// <param name="main">The route that is compared with every other; null, or one without results: none is.</param>
    public static EvaluationSummary Of(TestSet set, IReadOnlyList<RouteResult> results, string? main)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(results);
        var routes = results.GroupBy(result => result.Route).ToDictionary(route => route.Key, route => route.OrderBy(result => result.Subject).ToList());
        return new([.. routes.Values.Select(Summarize)],
            main is null || !routes.TryGetValue(main, out var first) ? []
                : [.. routes.Where(route => route.Key != main).Select(second => Compare(first, second.Value)).OfType<RouteComparison>()], Chances(set));
    }

    static RouteSummary Summarize(List<RouteResult> results)
    {
        var scores = new Dictionary<string, MeanInterval>();
        var kinds = new Dictionary<(string, string), MeanInterval>();
        foreach (string name in PictureScore.Names)
        {
            if (Over(results, result => result.Mean(name)) is { } mean)
                scores.Add(name, mean);
            foreach (string kind in TestPrompts.Kinds)
            {
                if (Over(results, result => result.Mean(name, kind)) is { } ofKind)
                    kinds.Add((kind, name), ofKind);
            }
        }
        return new(results[0].Route, results.Count, scores, kinds, Over(results, result => result.Preparing)!.Value,
            Over(results, result => result.First)!.Value, Over(results, result => result.Each)!.Value);
    }

    static MeanInterval? Over(IEnumerable<RouteResult> results, Func<RouteResult, double?> value)
    {
        double[] values = [.. results.Select(value).OfType<double>()];
        return values.Length == 0 ? null : Bootstrap.Mean(values);
    }

    static RouteComparison? Compare(List<RouteResult> first, List<RouteResult> second)
    {
        var pairs = first.Join(second, result => result.Subject, result => result.Subject, (one, other) => (One: one, Other: other)).ToList();
        if (pairs.Count == 0)
            return null;
        var differences = new Dictionary<string, MeanInterval>();
        var ratios = new Dictionary<string, MeanInterval>();
        foreach (string name in PictureScore.Names)
        {
            var values = pairs.Select(pair => (One: pair.One.Mean(name), Other: pair.Other.Mean(name))).Where(pair => pair is { One: not null, Other: not null }).ToList();
            if (values.Count == 0)
                continue;
            double[] one = [.. values.Select(pair => pair.One!.Value)], other = [.. values.Select(pair => pair.Other!.Value)];
            differences.Add(name, Bootstrap.Mean([.. one.Zip(other, (a, b) => a - b)]));
            // A quotient needs a mean that is above zero however subjects are drawn.
            if (other.All(value => value > 0))
                ratios.Add(name, Bootstrap.Ratio(one, other));
        }
        double[] soon = [.. pairs.Select(pair => pair.One.Preparing + pair.One.First)], late = [.. pairs.Select(pair => pair.Other.Preparing + pair.Other.First)];
        return new(pairs[0].One.Route, pairs[0].Other.Route, pairs.Count, differences, ratios,
            soon.All(value => value > 0) && pairs.TrueForAll(pair => pair.Other.Preparing > 0) ? Bootstrap.Ratio(late, soon) : null);
    }

    static Dictionary<string, double> Chances(TestSet set)
    {
        var chances = new Dictionary<string, double>
        {
            ["identity"] = 1.0 / set.Subjects.Count,
            ["identity_class"] = set.Subjects.Average(subject => 1.0 / (subject.Decoys.Count + set.Subjects.Count(other => other.Class == subject.Class))),
            ["scene"] = set.Subjects.Average(subject => subject.Prompts.Average(prompt => prompt.Scene.Chance)),
        };
        double[] attributes = [.. set.Subjects.SelectMany(subject => subject.Prompts).Select(prompt => prompt.Attribute?.Chance).OfType<double>()];
        if (attributes.Length > 0)
            chances.Add("attribute", attributes.Average());
        return chances;
    }
}
