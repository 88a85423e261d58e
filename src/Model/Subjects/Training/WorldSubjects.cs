using SuTI.Engine;
using SuTI.Model.Training;
using SuTI.Model.World;

namespace SuTI.Model.Subjects;

/// <summary>Subjects of the drawn world: every step draws its own.</summary>
/// <param name="world">What is drawn.</param>
/// <param name="size">Of pictures, pixels.</param>
/// <param name="targets">Pictures of a subject in a batch.</param>
/// <param name="demonstrations">Further pictures of it; 0 for a model of text alone.</param>
/// <param name="pose">Of subjects; from 0, easy, to 1, hard.</param>
/// <param name="device">Of the tensors.</param>
/// <param name="simpleShare">Share of the targets that show the subject in a scene and nothing else: no edit, style, light, view or accessory.</param>
/// <remarks>Demonstrations are photographs: they show the subject's own colours, in no drawing style and behind nothing.</remarks>
public sealed class WorldSubjects(SubjectWorld world, int size, int targets, int demonstrations, double pose, Device device, double simpleShare = 0)
    : ISubjectData
{
    // Individuals that training draws from; there are as many as numbers.
    const int Individuals = 1 << 24;
    const ulong HeldOutSeed = 1UL << 62;

    readonly SubjectWorld _world = world ?? throw new ArgumentNullException(nameof(world));
    readonly PoseRange _pose = PoseRange.Between((float)pose);

    /// <inheritdoc/>
    public SubjectBatch Batch(MicroBatch batch)
    {
        if (batch.Size % targets != 0)
            throw new SutiException("world subjects", "a batch is made of whole subjects",
                FormattableString.Invariant($"a multiple of {targets} pictures"), FormattableString.Invariant($"{batch.Size}"));
        int subjects = batch.Size / targets;
        var drawn = new Drawn(this, subjects, targets, demonstrations);
        uint first = batch.FirstSample / (uint)targets;
        using (var scope = TensorScope.Open("numbers"))
        {
            long[] numbers = Tensor.RandomInt([subjects], Individuals, batch.Key("subjects"), first).ToArray<long>();
            ulong step = (ulong)(uint)batch.Step << 24;
            Parallel.For(0, subjects, group => drawn.Draw(group, WorldSplit.Train, numbers[group], step + ((first + (ulong)group) << 8)));
        }
        return drawn.ToBatch();
    }

    /// <inheritdoc/>
    public SubjectBatch HeldOut(int subjects, int demonstrations)
    {
        var drawn = new Drawn(this, subjects, 1, demonstrations);
        Parallel.For(0, subjects, group => drawn.Draw(group, WorldSplit.Subjects, group * 7, HeldOutSeed + ((ulong)group << 8)));
        return drawn.ToBatch();
    }

    /// <summary>The pictures of a batch while they are drawn.</summary>
    sealed class Drawn(WorldSubjects from, int subjects, int targets, int demonstrations)
    {
        readonly int _length = from.Size * from.Size * 3;
        readonly float[] _targets = new float[subjects * targets * from.Size * from.Size * 3];
        readonly float[] _demonstrations = new float[subjects * demonstrations * from.Size * from.Size * 3];
        readonly string[] _prompts = new string[subjects * targets], _captions = new string[subjects * demonstrations];

        public void Draw(int group, WorldSplit split, long number, ulong seed)
        {
            var subject = from._world.Subject(split, number);
            for (int i = 0; i < targets; i++)
            {
                int at = (group * targets) + i;
                // The class alone, half the time; the individual's own words, the other: both kinds of prompts are asked for.
                bool isSimple = Chance(seed + (ulong)i) < from.SimpleShare;
                var picture = Draw(subject, seed + (ulong)i, _targets.AsSpan(at * _length, _length), isSimple ? Simple : request => request);
                _prompts[at] = (seed + (ulong)i) % 2 == 0 || demonstrations > 0 ? picture.Prompt : picture.Caption;
            }
            for (int i = 0; i < demonstrations; i++)
            {
                int at = (group * demonstrations) + i;
                _captions[at] = Draw(subject, seed + (ulong)(targets + i), _demonstrations.AsSpan(at * _length, _length),
                    request => request with { Edit = null, Style = null, Occluder = Occluder.None }).Prompt;
            }
        }

        public SubjectBatch ToBatch() => new(subjects, Images(_targets), _prompts, demonstrations == 0 ? null : Images(_demonstrations), _captions);

        static WorldRequest Simple(WorldRequest request) => new() { Scene = request.Scene, Pose = request.Pose };

        static double Chance(ulong seed) => WorldRandom.For(RandomKey.For("world subjects/simple", 0), seed).Unit();

        WorldPicture Draw(World.Subjects.Subject subject, ulong seed, Span<float> to, Func<WorldRequest, WorldRequest> change)
        {
            var picture = from._world.Draw(subject, change(from._world.Request(WorldSplit.Train, seed, from._pose)), from.Size, seed);
            for (int i = 0; i < to.Length; i++)
                to[i] = (picture.Pixels[i] / 127.5f) - 1;
            return picture;
        }

        Tensor Images(float[] values) => Tensor.From(values, [values.Length / _length, from.Size, from.Size, 3], from.Device);
    }

    int Size => size;

    double SimpleShare => simpleShare;

    Device Device => device;
}
