namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_equal = Declare("equal", Families.Comparison((a, b) => a.Equal(b), (a, b) => a == b));

    static readonly OpCase s_notEqual = Declare("not_equal", Families.Comparison(
        (a, b) => a.NotEqual(b), (a, b) => a != b));

    static readonly OpCase s_less = Declare("less", Families.Comparison((a, b) => a.Less(b), (a, b) => a < b));

    static readonly OpCase s_lessOrEqual = Declare("less_or_equal", Families.Comparison(
        (a, b) => a.LessOrEqual(b), (a, b) => a <= b));

    static readonly OpCase s_greater = Declare("greater", Families.Comparison((a, b) => a.Greater(b), (a, b) => a > b));

    static readonly OpCase s_greaterOrEqual = Declare("greater_or_equal", Families.Comparison(
        (a, b) => a.GreaterOrEqual(b), (a, b) => a >= b));

    static readonly OpCase s_comparedTypes = Declare("compare",
        new OpVariant("number", [new([7])], t => t[0].Greater(0.25),
            a => a[0].Map(x => x > 0.25 ? 1 : 0))
        { IsDifferentiable = false },
        new OpVariant("whole_numbers", [new([9]) { IsIndex = true, Low = 0, High = 3 }], t => t[0].Equal(1),
            a => a[0].Map(x => x == 1 ? 1 : 0))
        { IsDifferentiable = false });
}
