using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary>What memory bounds: normalisations, softmax and elementwise ops.</summary>
static class RowWorkloads
{
    const int Elements = 4096 * 320;

    internal static IEnumerable<Workload> All()
    {
        foreach (var (height, width, channels) in ((int, int, int)[])[(64, 64, 320), (32, 32, 640), (64, 64, 64)])
        {
            yield return new($"gn32_silu_{height}x{width}x{channels}", device =>
            {
                Tensor x = Inputs.Normal(device, 1, 1, height, width, channels), weight = Tensor.Ones([channels], device: device),
                    bias = Tensor.Zeros([channels], device: device);
                return Traffic(() => x.GroupNorm(32, weight, bias, silu: true), 2.0 * x.Shape.Length);
            });
        }
        foreach (var (rows, width) in ((int, int)[])[(4096, 320), (1024, 640), (256, 1280)])
        {
            yield return new($"layernorm_{rows}x{width}", device =>
            {
                Tensor x = Inputs.Normal(device, 1, rows, width), weight = Tensor.Ones([width], device: device),
                    bias = Tensor.Zeros([width], device: device);
                return Traffic(() => x.LayerNorm(weight, bias), 2.0 * x.Shape.Length);
            });
        }
        foreach (var (rows, width) in ((int, int)[])[(4096, 4096), (4096, 77), (1024, 1024)])
        {
            yield return new($"softmax_{rows}x{width}", device =>
            {
                var x = Inputs.Normal(device, 1, rows, width);
                return Traffic(() => x.Softmax(), 2.0 * x.Shape.Length);
            });
        }
        yield return Elementwise("exp", x => x.Exp());
        yield return Elementwise("silu", x => x.Silu());
        yield return Elementwise("gelu", x => x.Gelu());
        yield return Elementwise("add", x => x + 1.5);
        yield return Elementwise("sum", x => x.Sum());
    }

    static Workload Elementwise(string op, Func<Tensor, Tensor> apply) => new($"{op}_{Elements}", device =>
    {
        var x = Inputs.Normal(device, 1, Elements);
        return Traffic(() => apply(x), 2.0 * Elements);
    });

    static Prepared Traffic(Func<Tensor> run, double elements) => new(Inputs.Once(run), Bytes: elements * sizeof(float));
}
