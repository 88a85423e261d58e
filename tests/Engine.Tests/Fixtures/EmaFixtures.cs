using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Engine.Tests.Fixtures;

/// <summary>ema: the live parameters are set before each step; the averages after it are compared.</summary>
static class EmaFixtures
{
    public static void Run(FixtureCase fixture)
    {
        var given = fixture.Options;
        var usual = new EmaOptions();
        var options = new EmaOptions(given.Number("decay", usual.Decay), given.Number("min_decay", usual.MinDecay),
            given.Integer("update_after_step", usual.UpdateAfterStep), given.Flag("use_ema_warmup", usual.UseWarmup),
            given.Number("inv_gamma", usual.InverseGamma), given.Number("power", usual.Power));
        using var store = new ParameterStore(Device.Cpu, fixture.DType);
        const string start = "in.init";
        foreach (string key in fixture.Keys.Where(key => key.StartsWith(start, StringComparison.Ordinal)).ToList())
        {
            var value = fixture.Read(key);
            store.Root.Declare(key[start.Length..], value.Shape, Initialiser.Zeros).Set(value);
        }
        using var ema = new Ema(store, options);
        var decays = new List<double>();
        for (int i = 0; fixture.Has($"in.param{store.Parameters[0].Path}.{i}"); i++)
        {
            foreach (var parameter in store.Parameters)
                parameter.Set(fixture.Read($"in.param{parameter.Path}.{i}"));
            ema.Step();
            decays.Add(ema.LatestDecay);
            foreach (var shadow in ema.Shadow.Parameters)
                fixture.Compare($"out.shadow{shadow.Path}.{i}", shadow.Value);
        }
        fixture.Compare("out.decay", [.. decays]);
    }
}
