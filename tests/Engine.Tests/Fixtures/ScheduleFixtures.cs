using SuTI.Engine.Optimization;

namespace SuTI.Engine.Tests.Fixtures;

/// <summary>lr_schedules: out.lr[i] is the rate of step i.</summary>
static class ScheduleFixtures
{
    public static void Run(FixtureCase fixture)
    {
        var options = fixture.Options;
        // The library hands cycles and power to the schedules that have them and drops them for the others.
        options.Describes("library", "num_cycles", "power");
        double rate = options.Number("base_lr");
        int warmup = options.Integer("num_warmup_steps", 0);
        int total = options.Integer("num_training_steps", int.MaxValue);
        LearningRateSchedule schedule = options.Text("schedule") switch
        {
            // The library's plain constant rate has no warm-up whatever it is told.
            "constant" => new ConstantSchedule(rate),
            "constant_with_warmup" => new ConstantSchedule(rate, warmup),
            "linear" => new LinearSchedule(rate, total, warmup),
            "cosine" => new CosineSchedule(rate, total, warmup),
            "cosine_with_restarts"
                => new CosineWithRestartsSchedule(rate, total, warmup, options.Integer("num_cycles", 1)),
            "polynomial" => new PolynomialSchedule(rate, total, warmup, options.Number("power", 1),
                options.Number("lr_end", 1e-7)),
            string unknown => throw new NotSupportedException($"schedule {unknown}: unknown"),
        };
        fixture.Compare("out.lr", [.. Enumerable.Range(0, options.Integer("count")).Select(schedule.LearningRate)]);
    }
}
