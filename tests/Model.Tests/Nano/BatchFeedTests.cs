using SuTI.Model.Nano;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Nano;

public class BatchFeedTests
{
    [Test]
    public void Batches_in_order_are_begun_ahead_and_others_are_drawn_at_once()
    {
        var drawn = new List<MicroBatch>();
        using var feed = new BatchFeed<string>(batch =>
        {
            lock (drawn)
                drawn.Add(batch);
            return $"{batch.Step}.{batch.Index}";
        }, accumulation: 2);
        MicroBatch At(int step, int index) => new(step, index, 4, 7);
        Assert.That(feed.Take(At(0, 0)), Is.EqualTo("0.0"));
        Assert.That(feed.Take(At(0, 1)), Is.EqualTo("0.1"));
        Assert.That(feed.Take(At(1, 0)), Is.EqualTo("1.0"));
        Assert.That(feed.Ahead, Is.EqualTo(2));
        // Another place, another seed, another size: nothing that was begun fits.
        Assert.That(feed.Take(At(5, 1)), Is.EqualTo("5.1"));
        Assert.That(feed.Take(At(6, 0) with { Seed = 8 }), Is.EqualTo("6.0"));
        Assert.That(feed.Take(At(6, 1) with { Size = 3 }), Is.EqualTo("6.1"));
        Assert.That(feed.Ahead, Is.EqualTo(2));
        feed.Dispose();
        Assert.That(drawn, Does.Contain(At(6, 0) with { Seed = 8 }));
    }

    [Test]
    public void A_failure_ahead_shows_when_its_batch_is_asked_for()
    {
        using var feed = new BatchFeed<int>(batch => batch.Step == 1 ? throw new SutiException("drawing", "step 1 is broken") : batch.Step);
        Assert.That(feed.Take(new(0, 0, 1, 0)), Is.Zero);
        Assert.That(() => feed.Take(new(1, 0, 1, 0)), Throws.InstanceOf<SutiException>().With.Message.Contains("step 1"));
        Assert.That(feed.Take(new(0, 0, 1, 0)), Is.Zero);
        // Nobody asks for step 1: nothing is thrown.
        Assert.That(feed.Take(new(2, 0, 1, 0)), Is.EqualTo(2));
    }
}
