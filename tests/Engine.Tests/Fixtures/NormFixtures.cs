namespace SuTI.Engine.Tests.Fixtures;

/// <summary>op_norms.</summary>
static class NormFixtures
{
    public static void Run(FixtureCase fixture)
    {
        var options = fixture.Options;
        options.Describes("shape", "x_mean", "x_std");
        double epsilon = options.Number("eps", 1e-5);
        var x = fixture.Input("x");
        bool affine = options.Flag("affine", true);
        var weight = affine ? fixture.Input("weight") : null;
        fixture.Check("y", options.Text("op") switch
        {
            "layer_norm" => x.LayerNorm(weight, affine ? fixture.Input("bias") : null, epsilon),
            "rms_norm" => x.RmsNorm(weight, epsilon),
            "group_norm" => x.ToChannelsLast().GroupNorm(options.Integer("groups"), weight, affine
                ? fixture.Input("bias") : null, epsilon)
                .ToChannelsFirst(),
            string unknown => throw new NotSupportedException($"op {unknown}: unknown"),
        });
    }
}
