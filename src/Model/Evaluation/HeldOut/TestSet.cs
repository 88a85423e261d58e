using System.Security.Cryptography;
using System.Text;
using SuTI.Engine;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.World;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>The subjects of an evaluation: functions of its settings alone.</summary>
public sealed class TestSet
{
    // Classes come in turn: a stride that spreads few subjects over all families, and numbers that no probe of a training uses.
    const int FirstNumber = 10_000, Stride = 7;

    // Every tenth individual of a class is held out.
    const int HeldOutEvery = 10;

    // Above the pictures of all trainings; below it there is room for so many pictures of a subject.
    const ulong FirstPicture = 1UL << 61;
    const int PicturesBits = 20;

    readonly SubjectWorld _world;
    readonly PoseRange _pose;

    /// <exception cref="SutiException">A setting out of its range.</exception>
    public TestSet(EvaluationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Check();
        Settings = settings;
        _world = new(settings.WorldSeed);
        _pose = PoseRange.Between((float)settings.Pose);
        var subjects = new TestSubject[settings.Subjects];
        Parallel.For(0, subjects.Length, i => subjects[i] = Create(i));
        Subjects = subjects;
        Digest = Compute(subjects);
    }

    public EvaluationSettings Settings { get; }

    public IReadOnlyList<TestSubject> Subjects { get; }

    /// <summary>Over all pictures and prompts: another version of the world gives another.</summary>
    public string Digest { get; }

    /// <summary>What the world draws of a prompt.</summary>
    public Image Real(TestSubject subject, int prompt, int copy)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return Draw(subject.Subject, subject.Prompts[prompt].Request, Picture(subject.Number, Use.Real, (prompt * Settings.Count) + copy)).Image;
    }

    TestSubject Create(int number)
    {
        var subject = _world.Subject(Settings.Split, FirstNumber + ((long)Stride * number));
        var demonstrations = Plain(subject, number, Use.Demonstration, Settings.Demonstrations)
            .Select((drawn, i) => new Photograph(FormattableString.Invariant($"demonstration-{i}.png"), drawn.Image, drawn.Caption)).ToList();
        var decoys = Enumerable.Range(1, Settings.Decoys).Select(i => (IReadOnlyList<Image>)
            [.. Plain(Another(subject, i), number, Use.Decoy, Settings.References, (i - 1) * Settings.References).Select(drawn => drawn.Image)]).ToList();
        return new(number, subject, demonstrations, [.. Plain(subject, number, Use.Reference, Settings.References).Select(drawn => drawn.Image)],
            decoys, TestPrompts.Of(subject, number, Settings));
    }

    Subject Another(Subject subject, int step) => _world.Subject(subject.Index + ((long)step * HeldOutEvery * SubjectClasses.All.Count));

    /// <summary>Pictures as a photograph shows a subject: in any scene, light and view, without changes of it.</summary>
    IEnumerable<(Image Image, string Caption)> Plain(Subject subject, int number, Use use, int count, int first = 0)
    {
        for (int i = first; i < first + count; i++)
        {
            ulong picture = Picture(number, use, i);
            yield return Draw(subject, _world.Request(WorldSplit.Train, picture, _pose) with { Accessory = null, Edit = null, Style = null, Occluder = Occluder.None }, picture);
        }
    }

    (Image Image, string Caption) Draw(Subject subject, WorldRequest request, ulong picture)
    {
        var drawn = _world.Draw(subject, request, Settings.Size, picture);
        return (new(drawn.Size, drawn.Size, 3, drawn.Pixels), drawn.Prompt);
    }

    static ulong Picture(int number, Use use, int index) => FirstPicture + ((ulong)number << PicturesBits) + ((ulong)use << (PicturesBits - 2)) + (ulong)index;

    static string Compute(IEnumerable<TestSubject> subjects)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var subject in subjects)
        {
            foreach (var image in subject.Demonstrations.Select(photograph => photograph.Image).Concat(subject.References).Concat(subject.Decoys.SelectMany(decoy => decoy)))
                hash.AppendData(Encoding.UTF8.GetBytes(PixelDigest.Of(image)));
            foreach (string text in subject.Demonstrations.Select(photograph => photograph.Caption).Concat(subject.Prompts.Select(prompt => prompt.Text)))
                hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    enum Use
    {
        Demonstration,
        Reference,
        Decoy,
        Real,
    }
}
