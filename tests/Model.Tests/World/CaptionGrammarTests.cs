using SuTI.Model.World;
using SuTI.Model.World.Scenes;
using SuTI.Model.World.Styles;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.Tests.World;

/// <summary>Captions say what was drawn, in a language of few words.</summary>
[TestFixture]
public class CaptionGrammarTests
{
    static readonly SubjectWorld s_world = new(5);

    [Test]
    public void A_caption_names_all_that_was_asked_for()
    {
        for (int i = 0; i < 600; i++)
        {
            var subject = s_world.Subject(i);
            var request = s_world.Request(i % 2 == 0 ? WorldSplit.Train : WorldSplit.Prompts, (ulong)i);
            string full = WorldCaptions.Write(subject, request, true), prompt = WorldCaptions.Write(subject, request, false);
            foreach (string caption in (string[])[full, prompt])
            {
                Assert.That(caption, Does.Contain(subject.Class.Name).And.Contain(request.Scene.Phrase));
                Assert.That(caption, Does.Contain(request.Accessory?.Phrase ?? ""));
                Assert.That(caption, Does.Contain(request.Edit is { } edit ? $"{edit.Name} " : ""));
                Assert.That(caption, Does.StartWith(request.Style?.Phrase ?? "a"));
                Assert.That(caption.Contains("seen from above", StringComparison.Ordinal), Is.EqualTo(request.View == View.FromAbove),
                    caption);
                Assert.That(caption.Contains("behind", StringComparison.Ordinal), Is.EqualTo(request.Occluder != Occluder.None), caption);
            }
            Assert.That(full, Does.Contain(request.Edit?.Name ?? subject.ColourName));
        }
    }

    [Test]
    public void Every_word_is_in_the_vocabulary()
    {
        var words = SubjectWorld.Vocabulary.SelectMany(phrase => phrase.Split(' ')).Concat(["a", "an", "of"]).ToHashSet();
        for (int i = 0; i < 600; i++)
        {
            string caption = WorldCaptions.Write(i % 10 == 0 ? null : s_world.Subject(i), s_world.Request(WorldSplit.Train, (ulong)i),
                true);
            Assert.That(caption.Split(' ').Distinct(), Is.SubsetOf(words), caption);
        }
        Assert.That(words, Has.Count.LessThan(260));
    }

    [Test]
    public void Examples()
    {
        var subject = s_world.Subject(0);
        WorldRequest request = new()
        {
            Scene = AllScenes.Named("beach"),
            View = View.FromAbove,
            Accessory = Accessories.Named("hat"),
            Edit = WorldRequests.Edits[0],
            Style = DrawingStyle.Named("watercolour"),
            Lighting = Lighting.Night,
            Occluder = Occluder.Rock,
        };
        Assert.Multiple(() =>
        {
            Assert.That(WorldCaptions.Write(subject, request, false),
                Is.EqualTo("a watercolour painting of a red dog seen from above wearing a hat on a beach at night behind a rock"));
            Assert.That(WorldCaptions.Write(null, new() { Scene = AllScenes.Named("cave") }, true), Is.EqualTo("an empty place in a cave"));
            Assert.That(WorldCaptions.Write(s_world.Subject(4), new() { View = View.CloseUp }, false), Does.StartWith("a close-up of a "));
            Assert.That(WorldCaptions.Write(s_world.Subject(5), new(), false), Is.EqualTo("an elephant on a plain background"));
        });
    }
}
