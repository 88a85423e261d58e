using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary>What memory bounds: normalisations, softmax and elementwise ops; <c>_fwdbwd</c> adds all gradients.</summary>
static class RowWorkloads
{
    const int Elements = 4096 * 320, TinyElements = 4096;

    static readonly (int Height, int Width, int Channels)[] s_images = [(64, 64, 320), (32, 32, 640), (64, 64, 64)], s_tinyImages = [(6, 7, 64)];
    static readonly (int Rows, int Width)[] s_tokens = [(4096, 320), (1024, 640), (256, 1280)], s_tinyTokens = [(16, 320)];
    static readonly (int Rows, int Width)[] s_scores = [(4096, 4096), (4096, 77), (1024, 1024)], s_tinyScores = [(16, 77)];

    internal static IEnumerable<Workload> All(bool tiny)
    {
        foreach (var (height, width, channels) in tiny ? s_tinyImages : s_images)
        {
            var silu = new NormWorkload($"gn32_silu_{height}x{width}x{channels}", [1, height, width, channels],
                (x, weight, bias) => x.GroupNorm(32, weight, bias, silu: true));
            yield return silu.Forward;
            yield return silu.WithGradients;
        }
        foreach (var (rows, width) in tiny ? s_tinyTokens : s_tokens)
        {
            var norm = new NormWorkload($"layernorm_{rows}x{width}", [rows, width], (x, weight, bias) => x.LayerNorm(weight, bias));
            yield return norm.Forward;
            yield return norm.WithGradients;
            // Half of what is read is the gate.
            yield return Pass($"geglu_{rows}x{width}", [rows, 2 * width], x => x.Geglu(), 1.5);
        }
        foreach (var (rows, width) in tiny ? s_tinyScores : s_scores)
            yield return Pass($"softmax_{rows}x{width}", [rows, width], x => x.Softmax(), 2);
        int elements = tiny ? TinyElements : Elements;
        yield return Pass($"exp_{elements}", [elements], x => x.Exp(), 2);
        yield return Pass($"silu_{elements}", [elements], x => x.Silu(), 2);
        yield return Pass($"gelu_{elements}", [elements], x => x.Gelu(), 2);
        yield return Pass($"add_{elements}", [elements], x => x + 1.5, 2);
        yield return Pass($"sum_{elements}", [elements], x => x.Sum(), 2);
    }

    // Traffic in units of the input.
    static Workload Pass(string name, int[] shape, Func<Tensor, Tensor> apply, double traffic) => new(name, place =>
    {
        var x = Inputs.Normal(place, 1, shape);
        return new(Inputs.Once(() => apply(x)), Bytes: traffic * x.Shape.Length * place.DType.Size());
    });

    /// <summary>A normalisation with gain and bias over the last axis.</summary>
    sealed record NormWorkload(string Name, int[] Shape, Func<Tensor, Tensor, Tensor, Tensor> Apply)
    {
        internal Workload Forward => new(Name, place =>
        {
            var x = Inputs.Normal(place, 1, Shape);
            var (weight, bias) = Inputs.Affine(place, Shape[^1]);
            return new(Inputs.Once(() => Apply(x, weight, bias)), Bytes: 2.0 * x.Shape.Length * place.DType.Size());
        });

        // Backward reads x and dy and writes dx.
        internal Workload WithGradients => new($"{Name}_fwdbwd", place =>
        {
            Tensor x = Inputs.Normal(place, 1, Shape), dy = Inputs.Normal(place, 2, Shape);
            var (weight, bias) = Inputs.Affine(place, Shape[^1]);
            return new(Inputs.WithGradients(() => Apply(x, weight, bias), dy, x, weight, bias), Bytes: 5.0 * x.Shape.Length * place.DType.Size());
        });
    }
}
