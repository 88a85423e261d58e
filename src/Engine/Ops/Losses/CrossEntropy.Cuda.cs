using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const int LossThreads = 512;

    // Targets are not looked at on the host, which would wait for them.
    internal override void CrossEntropy(Tensor x, Tensor targets, Tensor loss, Tensor share, Tensor logSumExp, double smoothing, long ignore)
    {
        int width = x.Shape[-1];
        uint rows = checked((uint)targets.Shape.Length);
        var losses = Tensor.Empty([(int)rows], DType.Float32, this);
        if (rows > 0)
        {
            var plan = RowPlan.Of(width, x.DType, RowPlan.Aligns(width, x), KeptOfOne);
            Kernel("softmax/cross_entropy.cu", "losses", $"TYPE={x.DType} WIDE={plan.IsWide} LANES={plan.Lanes} PACKS={plan.Packs}")
                .Launch(Stream, plan.Blocks(rows), plan.Threads, plan.Scratch, x, targets, losses, logSumExp, rows, width, (float)smoothing, ignore,
                    Faults.Word, Faults.Tag("cross_entropy", "a target is no class", width));
        }
        Kernel("softmax/mean_loss.cu", "mean_loss", $"")
            .Launch(Stream, new(1), LossThreads, 128, losses, targets, loss, share, rows, ignore);
    }

    internal override void CrossEntropyBackward(Tensor x, Tensor logSumExp, Tensor targets, Tensor dLoss, Tensor share, Tensor dx,
        double smoothing, long ignore)
    {
        if (x.Shape.Length == 0)
            return;
        int width = x.Shape[-1];
        uint rows = checked((uint)targets.Shape.Length);
        var plan = RowPlan.Of(width, x.DType, RowPlan.Aligns(width, x, dx), KeptOfOne);
        Kernel("softmax/cross_entropy_backward.cu", "logits", $"TYPE={x.DType} WIDE={plan.IsWide} LANES={plan.Lanes} PACKS={plan.Packs}")
            .Launch(Stream, plan.Blocks(rows), plan.Threads, 0, x, logSumExp, targets, dLoss, share, dx, rows, width, (float)smoothing, ignore);
    }
}
