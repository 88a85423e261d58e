namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_pow = Declare("pow",
    [
        .. Families.Unary(x => x.Pow(2.5), x => Math.Pow(x, 2.5), low: 0.1, high: 3),
        new OpVariant("whole_exponent", [new([17])], t => t[0].Pow(3), a => a[0].Map(x => x * x * x)),
        new OpVariant("negative_exponent", [new([17]) { Low = 0.5, High = 2 }], t => t[0].Pow(-1.5),
            a => a[0].Map(x => Math.Pow(x, -1.5))),
        new OpVariant("square", [new([17])], t => t[0].Pow(2), a => a[0].Map(x => x * x)),
        new OpVariant("zero_exponent", [new([17])], t => t[0].Pow(0), a => a[0].Map(_ => 1)),
    ]);

    static readonly OpCase s_powTensor = Declare("pow_tensor", Families.Binary((a, b) => a.Pow(b), Math.Pow,
        a => a with { Low = 0.2, High = 3 }));
}
