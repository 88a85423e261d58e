using System.Globalization;
using SuTI.Engine;
using SuTI.Model.World.Scenes;
using SuTI.Model.World.Sprites;
using SuTI.Model.World.Styles;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.World;

/// <summary>
/// A world to learn from: an unlimited family of drawn subjects, each recognisable, in scenes that captions describe. Everything
/// is a function of the seed and of indices, on any thread and in any order.
/// </summary>
/// <param name="seed">Names the world.</param>
/// <param name="sprites">Subjects that others drew; null: none.</param>
/// <param name="spriteShare">What share of the subjects they are, from 0 to 1.</param>
public sealed class SubjectWorld(ulong seed, SpriteFolder? sprites = null, double spriteShare = 1)
{
    /// <summary>Sides of pictures, pixels.</summary>
    public const int SmallestSize = 16, LargestSize = 512;

    [ThreadStatic]
    static Painter? s_painter;

    readonly RandomKey _subjects = RandomKey.For("world/subject", seed);
    readonly SubjectCensus _census = new(seed, sprites, sprites is null ? 0 : spriteShare);

    public ulong Seed => seed;

    /// <summary>
    /// An individual. Its class is the index modulo the number of classes, the quotient counts the individuals of the class; of these every
    /// tenth is held out.
    /// </summary>
    /// <exception cref="SutiException">The index is negative, or beyond the sprites.</exception>
    public Subject Subject(long index) => _census.Subject(index, _subjects);

    /// <summary>The number-th subject of a split, from 0.</summary>
    /// <exception cref="SutiException">The number is negative.</exception>
    public Subject Subject(WorldSplit split, long number) => Subject(_census.Index(split, number));

    /// <summary>What a subject is held out as; <see cref="WorldSplit.Train"/> if it is not.</summary>
    public WorldSplit SplitOf(Subject subject) => _census.SplitOf(subject);

    /// <summary>A request drawn at random; of the combinations that the split allows.</summary>
    /// <param name="sampleSeed">Each gives another.</param>
    /// <param name="place">Where it is; null leaves that to chance.</param>
    public WorldRequest Request(WorldSplit split, ulong sampleSeed, PoseRange? pose = null, WorldPlace? place = null)
        => WorldRequests.Draw(WorldRandom.For(RandomKey.For("world/request", seed), sampleSeed), split, pose ?? PoseRange.Medium, place);

    /// <summary>Draws a picture.</summary>
    /// <param name="subject">Null: the scene alone.</param>
    /// <param name="request">What it shows.</param>
    /// <param name="size">Of its sides, pixels.</param>
    /// <param name="sampleSeed">Decides what the request leaves open: the layout of the scene and the pose within its range.</param>
    /// <exception cref="SutiException">The size is not from 16 to 512.</exception>
    public WorldPicture Draw(Subject? subject, WorldRequest request, int size, ulong sampleSeed)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (size is < SmallestSize or > LargestSize)
            throw new SutiException("world", "the size of pictures is out of range", $"{SmallestSize} to {LargestSize}",
                size.ToString(CultureInfo.InvariantCulture));
        if (s_painter?.Size != size)
            s_painter = new(size);
        return s_painter.Draw(subject, request, seed, sampleSeed);
    }

    /// <summary>Every word group that captions use, for the vocabulary of a text model.</summary>
    public static IReadOnlyList<string> Vocabulary { get; } =
    [
        .. SubjectClasses.All.Select(kind => kind.Name), .. AllScenes.All.Select(scene => scene.Phrase),
            .. Accessories.All.Select(accessory => accessory.Phrase),
        .. Palette.Colours.Concat(Palette.Metals).Select(colour => colour.Name), .. DrawingStyle.All.Select(style => style.Phrase),
            .. WorldCaptions.Phrases, "an empty place",
    ];
}
