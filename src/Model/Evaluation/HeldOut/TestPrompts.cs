using SuTI.Engine;
using SuTI.Model.World;
using SuTI.Model.World.Scenes;
using SuTI.Model.World.Styles;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>
/// Prompts of the five kinds of SuTI (Chen et al. 2023, section 3.1), in turn. A scene stands with a colour, style or accessory that
/// nothing has learnt it with (<see cref="WorldRequests.IsHeldOut"/>).
/// </summary>
static class TestPrompts
{
    /// <summary>The names that <see cref="Model.Subjects.Prompts.PromptTemplates"/> gives them.</summary>
    internal static IReadOnlyList<string> Kinds { get; } = ["context", "attribute", "style", "accessory", "view"];

    static readonly View[] s_views = Enum.GetValues<View>();

    /// <param name="number">Of the subject in the evaluation.</param>
    internal static IReadOnlyList<TestPrompt> Of(Subject subject, int number, EvaluationSettings settings)
    {
        var random = WorldRandom.For(RandomKey.For("evaluation/prompts", settings.Seed), (ulong)number);
        var pose = PoseRange.Between((float)settings.Pose);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var prompts = new List<TestPrompt>();
        while (prompts.Count < settings.Prompts)
        {
            string kind = Kinds[prompts.Count % Kinds.Count];
            var prompt = Create(subject, kind, Request(subject, kind, ref random) with { Pose = pose });
            if (taken.Add(prompt.Text))
                prompts.Add(prompt);
        }
        return prompts;
    }

    static WorldRequest Request(Subject subject, string kind, ref WorldRandom random)
    {
        while (true)
        {
            var request = new WorldRequest { Scene = AllScenes.All[random.Below(AllScenes.All.Count)] };
            request = kind switch
            {
                "attribute" => request with { Edit = WorldRequests.Edits[random.Below(WorldRequests.Edits.Count)] },
                "style" => request with { Style = DrawingStyle.All[random.Below(DrawingStyle.All.Count)] },
                "accessory" => request with { Accessory = Accessories.All[random.Below(Accessories.All.Count)] },
                "view" => request with { View = s_views[1 + random.Below(s_views.Length - 1)] },
                _ => request,
            };
            bool hasPair = kind is "attribute" or "style" or "accessory";
            // The colour that it has anyway is no edit.
            if ((!hasPair || WorldRequests.IsHeldOut(request)) && request.Edit?.Name != subject.ColourName)
                return request;
        }
    }

    static TestPrompt Create(Subject subject, string kind, WorldRequest request)
    {
        IEnumerable<WorldRequest> others = kind switch
        {
            "attribute" => WorldRequests.Edits.Select(edit => request with { Edit = edit }).Prepend(request with { Edit = null }),
            "style" => DrawingStyle.All.Select(style => request with { Style = style }).Prepend(request with { Style = null }),
            "accessory" => Accessories.All.Select(accessory => request with { Accessory = accessory }).Prepend(request with { Accessory = null }),
            "view" => s_views.Select(view => request with { View = view }),
            _ => [],
        };
        return new(kind, Text(request), request, Choice(AllScenes.All.Select(scene => request with { Scene = scene })),
            kind == "context" ? null : Choice(others));

        string Text(WorldRequest wanted) => WorldCaptions.Write(subject, wanted, isFull: false);

        TextChoice Choice(IEnumerable<WorldRequest> all)
        {
            string[] texts = [.. all.Select(Text)];
            return new(texts, Array.IndexOf(texts, Text(request)));
        }
    }
}
