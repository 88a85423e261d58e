namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_linear = Declare("linear",
        Projection("plain", new([3, 4, 5]), new([7, 5])),
        Projection("bias", new([6, 5]), new([9, 5]), bias: new([9])),
        Projection("residual", new([2, 3, 5]), new([4, 5]), residual: new([2, 3, 4])),
        Projection("bias_residual", new([2, 3, 5]), new([4, 5]), new([4]), new([2, 3, 4])),
        Projection("vector", new([5]), new([3, 5]), bias: new([3])),
        Projection("single", new([1, 1]), new([1, 1]), new([1]), new([1, 1])),
        Projection("transposed_x", new([3, 4, 5]) { Layout = InputLayout.Transposed }, new([3, 5]), bias: new([3])),
        Projection("strided", new([4, 5]) { Layout = InputLayout.Strided },
            new([3, 5]) { Layout = InputLayout.Strided },
            new([3]) { Layout = InputLayout.Strided }, new([4, 3]) { Layout = InputLayout.Strided }),
        Projection("transposed_weight", new([4, 5]), new([6, 5]) { Layout = InputLayout.Transposed },
            residual: new([4, 6]) { Layout = InputLayout.Transposed }),
        Projection("several_panels", Small([2, 9, 33]), Small([65, 33]), bias: Small([65])),
        Projection("no_rows", new([0, 5]), new([3, 5]), bias: new([3])),
        Projection("no_inputs", new([4, 0]), new([3, 0]), new([3]), new([4, 3])),
        Projection("no_outputs", new([4, 5]), new([0, 5]), bias: new([0])),
        new OpVariant("recorded_weight", [new([4, 5]), new([5, 3])], t => t[0].Linear(t[1].Transpose().Contiguous()),
            a => Product(a[0], a[1])),
        new OpVariant("weight_used_twice", [new([4, 3]), new([3, 3])],
            t => t[0].Linear(t[1]).Linear(t[1], residual: t[0]),
            a => Affine(Affine(a[0], a[1], null, null), a[1], null, a[0])));

    static OpVariant Projection(string name, OpInput x, OpInput weight, OpInput? bias = null, OpInput? residual = null)
    {
        OpInput[] inputs = [x, weight with { IsWeight = true }, .. bias is null ? [] : (OpInput[])[bias with { IsWeight = true }],
            .. residual is null ? [] : (OpInput[])[residual]];
        return new(name, inputs, t => t[0].Linear(t[1], bias is null ? null : t[2], residual is null ? null : t[^1]),
            a => Affine(a[0], a[1], bias is null ? null : a[2], residual is null ? null : a[^1]));
    }

    static NdArray Affine(NdArray x, NdArray weight, NdArray? bias, NdArray? residual)
        => NdArray.Build(x.Shape.With(-1, weight.Shape[0]), index =>
        {
            double sum = bias?[index[^1]] ?? 0;
            for (int i = 0; i < weight.Shape[1]; i++)
                sum += x[[.. index[..^1], i]] * weight[index[^1], i];
            return sum + (residual?[index] ?? 0);
        });
}
