using SuTI.Model.World;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.Tests.World;

/// <summary>What is held out never appears in what is learnt from.</summary>
[TestFixture]
public class SplitTests
{
    static readonly SubjectWorld s_world = new(9);

    [Test]
    public void Subjects_belong_to_the_split_they_are_taken_from([Values] WorldSplit split)
    {
        var expected = split == WorldSplit.Prompts ? WorldSplit.Train : split;
        var seen = new HashSet<long>();
        for (long i = 0; i < 2000; i++)
        {
            var subject = s_world.Subject(split, i);
            Assert.That(s_world.SplitOf(subject), Is.EqualTo(expected), $"number {i}");
            Assert.That(seen.Add(subject.Index), Is.True, "no subject twice");
            Assert.That(SubjectClasses.HeldOut.Contains(subject.Class.Name), Is.EqualTo(split == WorldSplit.Classes));
        }
    }

    [Test]
    public void Every_subject_is_in_exactly_one_split_and_found_in_it()
    {
        var found = new[] { WorldSplit.Train, WorldSplit.Subjects, WorldSplit.Classes }.SelectMany(split => Enumerable.Range(0,
            4000).Select(i => s_world.Subject(split, i).Index)).ToList();
        Assert.That(found, Is.Unique);
        Assert.That(Enumerable.Range(0, 1000).Select(i => (long)i), Is.SubsetOf(found));
    }

    [Test]
    public void Prompts_are_held_out_as_declared()
    {
        for (ulong i = 0; i < 1500; i++)
        {
            Assert.That(WorldRequests.IsHeldOut(s_world.Request(WorldSplit.Train, i)), Is.False);
            Assert.That(WorldRequests.IsHeldOut(s_world.Request(WorldSplit.Prompts, i)), Is.True);
        }
    }

    [Test]
    public void Each_scene_and_each_part_of_a_held_out_prompt_is_learnt_in_others()
    {
        var train = Enumerable.Range(0, 6000).Select(i => s_world.Request(WorldSplit.Train, (ulong)i)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(train.Select(request => request.Scene).Distinct().Count(), Is.EqualTo(SuTI.Model.World.Scenes.AllScenes.All.Count));
            Assert.That(train.Select(request => request.Accessory).Distinct().Count(), Is.EqualTo(Accessories.All.Count + 1));
            Assert.That(train.Select(request => request.Edit).Distinct().Count(), Is.EqualTo(WorldRequests.Edits.Count + 1));
            Assert.That(train.Select(request => request.View).Distinct().Count(), Is.EqualTo(Enum.GetValues<View>().Length));
        });
    }
}
