namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_logic = Declare("logic",
        Logical("not", t => t[0].Not(), (a, _) => a == 0),
        Logical("and", t => t[0].And(t[1]), (a, b) => a != 0 && b != 0),
        Logical("or", t => t[0].Or(t[1]), (a, b) => a != 0 || b != 0),
        new OpVariant("zero_size", [new([0]) { IsCondition = true }], t => t[0].Not(),
            a => a[0])
        { IsDifferentiable = false });

    static OpVariant Logical(string name, Func<Tensor[], Tensor> apply, Func<double, double, bool> formula)
        => new(name, [new([3, 7]) { IsCondition = true, Layout = InputLayout.Transposed },
            new([7]) { IsCondition = true }], apply,
            a => NdArray.Build([3, 7], i => formula(a[0][i], a[1].Broadcast(i)) ? 1 : 0))
        { IsDifferentiable = false };
}
