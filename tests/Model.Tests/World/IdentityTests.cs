using SuTI.Model.World;
using SuTI.Model.World.Scenes;

namespace SuTI.Model.Tests.World;

/// <summary>A subject is known again: its colours in another scene and pose are nearer to its own than to those of others.</summary>
[TestFixture]
public class IdentityTests
{
    const int Subjects = 100, Bins = 5;

    [Test]
    public void A_subject_in_another_scene_is_nearest_to_itself()
    {
        var world = new SubjectWorld(3);
        var known = Enumerable.Range(0, Subjects).Select(i => Palette(world.Draw(world.Subject(i), Request("meadow"), 64,
            (ulong)i))).ToList();
        int found = 0;
        for (int i = 0; i < Subjects; i++)
        {
            float[] seen = Palette(world.Draw(world.Subject(i), Request("kitchen"), 64, (ulong)(i + 5000)));
            if (Enumerable.Range(0, Subjects).MinBy(other => Distance(known[other], seen)) == i)
                found++;
        }
        // A hundred subjects by a histogram of colours alone, without any shape; chance is 1.
        Assert.That(found, Is.GreaterThanOrEqualTo(90));
        TestContext.Out.WriteLine($"{found} of {Subjects} subjects found again by colour alone");
    }

    [Test]
    public void An_edit_changes_colours_and_keeps_the_outline()
    {
        var world = new SubjectWorld(3);
        for (int i = 0; i < 20; i++)
        {
            var own = world.Draw(world.Subject(i), Request("meadow"), 64, (ulong)i);
            var edited = world.Draw(world.Subject(i), Request("meadow") with { Edit = WorldRequests.Edits[i % WorldRequests.Edits.Count] },
                64, (ulong)i);
            Assert.That(edited.Mask, Is.EqualTo(own.Mask), own.Caption);
        }
    }

    static WorldRequest Request(string scene) => new() { Scene = AllScenes.Named(scene) };

    // A histogram of the colours within the mask, softly binned.
    static float[] Palette(WorldPicture picture)
    {
        float[] bins = new float[Bins * Bins * Bins];
        float sum = 0;
        for (int i = 0; i < picture.Mask.Length; i++)
        {
            if (picture.Mask[i] < 250)
                continue;
            sum++;
            for (int corner = 0; corner < 8; corner++)
            {
                float weight = 1;
                int bin = 0;
                for (int channel = 0; channel < 3; channel++)
                {
                    float at = picture.Pixels[(3 * i) + channel] / 255f * (Bins - 1);
                    int low = Math.Min((int)at, Bins - 2);
                    bool isHigh = ((corner >> channel) & 1) == 1;
                    weight *= isHigh ? at - low : 1 - at + low;
                    bin = (bin * Bins) + low + (isHigh ? 1 : 0);
                }
                bins[bin] += weight;
            }
        }
        return [.. bins.Select(count => MathF.Sqrt(count / Math.Max(sum, 1)))];
    }

    static float Distance(float[] a, float[] b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();
}
