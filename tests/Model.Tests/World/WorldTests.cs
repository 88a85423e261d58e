using System.Security.Cryptography;
using SuTI.Model.World;
using SuTI.Model.World.Scenes;
using SuTI.Model.World.Styles;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.Tests.World;

/// <summary>Everything can be drawn, is seen where the truth says, and is the same whenever it is drawn.</summary>
[TestFixture]
public class WorldTests
{
    static readonly SubjectWorld s_world = new(7);

    [Test]
    public void There_are_enough_kinds_of_everything_with_names_of_their_own()
    {
        Assert.Multiple(() =>
        {
            Assert.That(SubjectClasses.All, Has.Count.GreaterThanOrEqualTo(30));
            Assert.That(AllScenes.All, Has.Count.GreaterThanOrEqualTo(24));
            Assert.That(SubjectClasses.All.Select(kind => kind.Name), Is.Unique);
            Assert.That(AllScenes.All.Select(scene => scene.Name), Is.Unique);
            Assert.That(AllScenes.All.Select(scene => scene.Phrase), Is.Unique);
            Assert.That(SubjectClasses.HeldOut, Is.SubsetOf(SubjectClasses.All.Select(kind => kind.Name)));
        });
    }

    [Test]
    public void Every_class_is_seen_at_every_size([Values(32, 64, 128)] int size)
    {
        foreach (var request in new WorldRequest[] { new(), new() { Pose = PoseRange.Hard, Scene = AllScenes.Named("space") } })
        {
            for (int i = 0; i < SubjectClasses.All.Count; i++)
            {
                var picture = s_world.Draw(s_world.Subject(i), request, size, (ulong)i);
                double share = picture.Mask.Sum(mask => mask / 255.0) / (size * size), square = picture.Scale * picture.Scale;
                Assert.That(share / square, Is.InRange(0.08, 1), picture.Caption);
                Assert.That(picture.Box.Width, Is.GreaterThan(size * picture.Scale * 0.2), picture.Caption);
            }
        }
    }

    [Test]
    public void Every_scene_differs_from_the_others_and_from_itself_drawn_again([Values(32, 64, 128)] int size)
    {
        var seen = new HashSet<string>();
        foreach (var scene in AllScenes.All)
        {
            for (ulong sample = 0; sample < 2; sample++)
            {
                var picture = s_world.Draw(null, new() { Scene = scene }, size, sample);
                Assert.That(seen.Add(Hash(picture)), Is.True, scene.Name);
                Assert.That(picture.Mask, Has.All.Zero);
            }
        }
    }

    [Test]
    public void Every_option_changes_the_picture()
    {
        var subject = s_world.Subject(0);
        WorldRequest plain = new() { Scene = AllScenes.Named("meadow") };
        WorldRequest[] others =
        [
            .. Enum.GetValues<View>().Skip(1).Select(view => plain with { View = view }),
                .. Enum.GetValues<Lighting>().Skip(1).Select(light => plain with { Lighting = light }),
            .. Enum.GetValues<Occluder>().Skip(1).Select(occluder => plain with { Occluder = occluder }),
                .. Accessories.All.Select(accessory => plain with { Accessory = accessory }),
            .. WorldRequests.Edits.Select(edit => plain with { Edit = edit }),
                .. DrawingStyle.All.Select(style => plain with { Style = style }),
        ];
        string[] hashes = [Hash(s_world.Draw(subject, plain, 64, 3)), .. others.Select(request => Hash(s_world.Draw(subject, request, 64,
            3)))];
        Assert.That(hashes, Is.Unique);
    }

    [Test]
    public void The_same_seed_gives_the_same_bytes_on_any_thread_in_any_order()
    {
        string[] forward = [.. Enumerable.Range(0, 40).Select(Drawn)];
        string[] parallel = new string[40];
        Parallel.For(0, 40, i => parallel[39 - i] = Drawn(39 - i));
        Assert.That(parallel, Is.EqualTo(forward));
        Assert.That(forward, Is.Unique);

        static string Drawn(int i)
        {
            var world = new SubjectWorld(11);
            var picture = world.Draw(world.Subject(i), world.Request(WorldSplit.Train, (ulong)i), i % 2 == 0 ? 64 : 48, (ulong)i);
            return Hash(picture) + picture.Caption;
        }
    }

    /// <summary>Of all classes, scenes and options; whoever changes a drawing on purpose writes the new one here.</summary>
    [Test]
    public void Pictures_are_the_same_in_every_run_and_on_every_machine()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < 4 * SubjectClasses.All.Count; i++)
            hash.AppendData(s_world.Draw(s_world.Subject(i), s_world.Request(WorldSplit.Train,
            (ulong)i) with
            { Scene = AllScenes.All[i % AllScenes.All.Count] }, 48, (ulong)i).Pixels);
        Assert.That(Convert.ToHexString(hash.GetHashAndReset()), Is.EqualTo("89BB703B916379E86843119166FE4A2692B337193A98014DBBD6C6C884049542"));
    }

    [Test]
    public void Another_seed_gives_other_subjects()
        => Assert.That(Hash(new SubjectWorld(2).Draw(new SubjectWorld(2).Subject(5), new(), 64, 0)),
        Is.Not.EqualTo(Hash(s_world.Draw(s_world.Subject(5), new(), 64, 0))));

    [Test]
    public void Occluders_hide_a_part_and_the_truth_says_how_much()
    {
        foreach (var occluder in Enum.GetValues<Occluder>().Skip(1))
        {
            var shares = Enumerable.Range(0, 20).Select(i => s_world.Draw(s_world.Subject(i), new() { Occluder = occluder }, 64,
                (ulong)i).Hidden).ToList();
            Assert.That(shares.Average(), Is.InRange(0.04, 0.6), occluder.ToString());
            Assert.That(shares.Max(), Is.LessThan(0.9), occluder.ToString());
        }
        Assert.That(s_world.Draw(s_world.Subject(0), new(), 64, 0).Hidden, Is.Zero);
    }

    [Test]
    public void Easy_poses_are_centred_and_of_nearly_one_size()
    {
        for (ulong i = 0; i < 60; i++)
        {
            var picture = s_world.Draw(s_world.Subject((long)i), new(), 64, i);
            Assert.That(picture.Scale, Is.InRange(0.68, 0.85));
            Assert.That((picture.Box.Left + picture.Box.Right) / 2.0, Is.EqualTo(32).Within(9), picture.Caption);
        }
        Assert.That(PoseRange.Between(0), Is.EqualTo(PoseRange.Easy));
        Assert.That(PoseRange.Between(1), Is.EqualTo(PoseRange.Hard));
    }

    [TestCase(15), TestCase(513), TestCase(-1), TestCase(int.MaxValue)]
    public void Sizes_are_bounded(int size)
        => Assert.That(() => s_world.Draw(null, new(), size, 0), Throws.InstanceOf<SutiException>().With.Message.Contains("16 to 512"));

    [Test]
    public void Names_that_nothing_has_are_refused_with_those_there_are()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => AllScenes.Named("beech"), Throws.InstanceOf<SutiException>().With.Message.Contains("beach, "));
            Assert.That(() => Accessories.Named("tail"), Throws.InstanceOf<SutiException>().With.Message.Contains("scarf"));
            Assert.That(() => DrawingStyle.Named("fresco"), Throws.InstanceOf<SutiException>().With.Message.Contains("mosaic"));
            Assert.That(() => s_world.Subject(-1), Throws.InstanceOf<SutiException>());
            Assert.That(() => s_world.Subject(WorldSplit.Train, -1), Throws.InstanceOf<SutiException>());
        });
    }

    static string Hash(WorldPicture picture) => Convert.ToHexString(SHA256.HashData(picture.Pixels));
}
