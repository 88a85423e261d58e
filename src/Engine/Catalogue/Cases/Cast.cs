namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_cast = Declare("cast",
        // So small that the step of the central difference outweighs the rounding to f32.
        new OpVariant("through_f32", [new([35]) { Low = -1e-7, High = 1e-7 }],
            t => t[0].Cast(DType.Float64).Cast(DType.Float32).Cast(DType.Float64), a => a[0].Map(x => (float)x))
        { NeedsFloat64 = true },
        Through("f16", DType.Float16, x => (double)(Half)x),
        Through("bf16", DType.BFloat16, NearestBFloat16),
        Through("i32", DType.Int32, Math.Truncate),
        Through("i64", DType.Int64, Math.Truncate),
        Through("bool", DType.Bool, x => x != 0 ? 1 : 0),
        new OpVariant("u8", [new([3, 5]) { Low = 0, High = 255, Layout = InputLayout.Transposed }],
            t => t[0].Cast(DType.UInt8),
            a => a[0].Map(Math.Floor))
        { IsDifferentiable = false },
        new OpVariant("zero_size", [new([0])], t => t[0].Cast(DType.Int32), a => a[0]) { IsDifferentiable = false });

    static OpVariant Through(string name, DType dtype, Func<double, double> rounded)
        => new(name, [new([7, 9]) { Low = -300, High = 300 }], t => t[0].Cast(dtype),
            a => a[0].Map(rounded))
        { IsDifferentiable = false };

    static double NearestBFloat16(double x)
    {
        double unit = Math.Pow(2, Math.Floor(Math.Log2(Math.Abs(x))) - 7);
        return Math.Round(x / unit) * unit;
    }
}
