using SuTI.Model.Evaluation.HeldOut;

namespace SuTI.Model.Evaluation.Quickstart;

/// <summary>What a quickstart drew.</summary>
/// <param name="Device">Where.</param>
public sealed record QuickstartResult(IReadOnlyList<QuickstartSubject> Subjects, QuickstartOptions Options, string Device)
{
    /// <summary>The routes, in the order in which they are shown.</summary>
    public IReadOnlyList<string> Routes => [.. Subjects[0].Routes.Select(route => route.Name)];

    /// <summary>Mean of a score over all pictures of a route.</summary>
    public double Mean(string route, string score) => Of(route).SelectMany(drawn => drawn.Scores).Select(picture => picture.Value(score)).OfType<double>().Average();

    /// <summary>Seconds of a picture among others.</summary>
    public double Each(string route) => Of(route).Average(drawn => drawn.Drawn.Each);

    /// <summary>Seconds until the first picture of a new subject is there: tuning, if there is any, and drawing.</summary>
    public double UntilFirst(string route) => Of(route).Average(drawn => drawn.Drawn.Preparing + drawn.Drawn.First);

    /// <summary>How many times sooner the apprentice's first picture of a new subject is there than the expert's.</summary>
    public double TimesSooner => UntilFirst(QuickstartRun.Expert) / UntilFirst(Routes[0]);

    IEnumerable<QuickstartRoute> Of(string route) => Subjects.SelectMany(subject => subject.Routes).Where(drawn => drawn.Name == route);
}

/// <summary>One of its subjects.</summary>
public sealed record QuickstartSubject(TestSubject Subject, IReadOnlyList<QuickstartRoute> Routes);

/// <summary>A subject's pictures by one route: one for each prompt.</summary>
public sealed record QuickstartRoute(string Name, DrawnPictures Drawn, IReadOnlyList<PictureScore> Scores);
