using SuTI.Engine;
using SuTI.Model.Training;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>Takes routes through the subjects of a test set.</summary>
public static class HeldOutEvaluation
{
    /// <param name="folder">Where results go; what it has is not drawn again.</param>
    /// <param name="progress">Called with the subjects' routes that are done, all of them, and the one that is next.</param>
    /// <exception cref="SutiException">Two routes of one name, or a route that cannot draw.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; what is in the folder stays.</exception>
    public static void Run(TestSet set, PictureJudge judge, IReadOnlyList<IDrawingRoute> routes, EvaluationFolder folder,
        Action<int, int, string>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(folder);
        foreach (var same in routes.GroupBy(route => route.Name).Where(same => same.Count() > 1))
            throw new SutiException("evaluation", "routes have names of their own", null, $"'{same.Key}' {same.Count()} times");
        foreach (var route in routes)
            PlainName.Check("route", route.Name);
        var wanted = (from subject in set.Subjects
                      from route in routes
                      where subject.Number < (route.Subjects ?? int.MaxValue)
                      select (Subject: subject, Route: route)).ToList();
        int done = 0;
        foreach (var (subject, route) in wanted)
        {
            stop.ThrowIfCancellationRequested();
            progress?.Invoke(done, wanted.Count, route.Name);
            if (!folder.Has(subject, route))
            {
                var drawn = route.Draw(subject, stop);
                folder.Add(new(subject.Number, subject.Class, route.Name, route.MadeBy, drawn.Preparing, drawn.First, drawn.Each,
                    judge.Score(subject, drawn.Images)), drawn.Images, set.Settings.Count);
            }
            done++;
        }
        progress?.Invoke(done, wanted.Count, "done");
    }
}
