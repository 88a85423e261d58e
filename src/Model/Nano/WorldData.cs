using SuTI.Model.Imaging;
using SuTI.Model.Training;
using SuTI.Model.World;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.Nano;

/// <summary>Which pictures of the drawn world a stage learns from: section <c>world</c> of its configuration.</summary>
/// <param name="Seed">Of the world.</param>
/// <param name="Individuals">Subjects of each class.</param>
/// <param name="Pose">How far poses differ, as in <see cref="PoseRange.Between"/>.</param>
/// <param name="SoftShare">
/// Share of the pictures that lose their finest detail: made half as large and enlarged again, as small generated pictures are.
/// </param>
public sealed record WorldData(ulong Seed = 1, int Individuals = 200, double Pose = 0.5, double SoftShare = 0.2)
{
    /// <summary>Classes that are learnt from.</summary>
    public static int Classes { get; } = SubjectClasses.All.Count - SubjectClasses.HeldOut.Count;

    public static WorldData Read(StageConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new((ulong)config.Whole("seed", 1, "Names the world that pictures are drawn of."),
            config.Whole("individuals", 200, "Subjects of each class that are learnt from.", 1, 1_000_000),
            config.Number("pose", 0.5, "How far poses differ: 0 centred and of one size, 1 any size and place.", 0, 1),
            config.Number("soft_share", 0.2, "Share of the pictures without their finest detail.", 0, 1));
    }

    /// <summary>A picture of a subject by itself; null for the scene alone.</summary>
    /// <param name="size">Of its sides, pixels.</param>
    internal WorldPicture Draw(SubjectWorld world, Subject? subject, WorldSplit split, int size, ref WorldRandom random)
    {
        ulong asked = Seed64(ref random), drawn = Seed64(ref random);
        return world.Draw(subject, world.Request(split, asked, PoseRange.Between((float)Pose)), size, drawn);
    }

    /// <summary>The picture as a stage sees it.</summary>
    internal Image Show(WorldPicture picture, ref WorldRandom random)
    {
        var image = new Image(picture.Size, picture.Size, 3, picture.Pixels);
        return random.Chance(SoftShare) ? image.Resize(picture.Size / 2, picture.Size / 2, ResizeFilter.Box)
            .Resize(picture.Size, picture.Size, ResizeFilter.Bilinear) : image;
    }

    static ulong Seed64(ref WorldRandom random) => ((ulong)random.Word() << 32) | random.Word();
}
