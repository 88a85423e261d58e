namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_divide = Declare("divide", Families.Binary((a, b) => a / b, (a, b) => a / b,
        second: b => b with { Low = 0.5, High = 3 }));
}
