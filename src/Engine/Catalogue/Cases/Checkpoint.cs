namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_checkpoint = Declare("checkpoint",
        new OpVariant("block", [new([3, 4]), new([4, 5]), new([3, 5])],
            t => Checkpointed.Run(b => b[0].MatMul(b[1]) + b[2], t),
            a => NdArray.Build([3, 5], i => Product(a[0], a[1])[i] + a[2][i])),
        new OpVariant("captured_leaf", [new([3, 4]), new([4, 4])],
            t => Checkpointed.Run(b => b[0].MatMul(t[1]).MatMul(t[1]), t[0]),
            a => Product(Product(a[0], a[1]), a[1])),
        new OpVariant("input_used_outside_too", [new([3, 3])],
            t => Checkpointed.Run(b => b[0].MatMul(b[0]), t[0]) + t[0],
            a => NdArray.Build([3, 3], i => Product(a[0], a[0])[i] + a[0][i])),
        new OpVariant("nested", [new([3, 3])],
            t => Checkpointed.Run(b => Checkpointed.Run(c => c[0].MatMul(c[0]), b[0]).MatMul(b[0]), t[0]),
            a => Product(Product(a[0], a[0]), a[0])),
        new OpVariant("identity", [new([2, 3])], t => Checkpointed.Run(b => b[0], t[0]), a => a[0]),
        new OpVariant("an_input_that_takes_no_gradient", [new([3, 4]), new([4, 5]) { IsDifferentiable = false }],
            t => Checkpointed.Run(b => b[0].MatMul(b[1]), t), a => Product(a[0], a[1])),
        new OpVariant("zero_size", [new([0, 3])], t => Checkpointed.Run(b => b[0] + b[0], t[0]), a => new([0, 3])));
}
