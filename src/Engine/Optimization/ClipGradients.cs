using System.Buffers;
using SuTI.Engine.Optimization;
using SuTI.Kernels;

namespace SuTI.Engine;

public abstract partial class Device
{
    /// <summary>Scales contiguous f32 or f64 tensors to a joint norm; the norm before as one number: f64, or f32 on a device without f64.</summary>
    internal abstract Tensor ClipGradients(ReadOnlySpan<Tensor> gradients, double maxNorm);
}

public sealed partial class CpuDevice
{
    internal override unsafe Tensor ClipGradients(ReadOnlySpan<Tensor> gradients, double maxNorm)
    {
        var slices = ArrayPool<ParameterSlice>.Shared.Rent(gradients.Length);
        try
        {
            for (int i = 0; i < gradients.Length; i++)
            {
                var gradient = gradients[i];
                slices[i] = new() { Gradient = OptimizerSlots.Address(gradient), Length = gradient.Shape.Length };
            }
            double norm = 0;
            if (gradients.Length > 0 && gradients[0].DType == DType.Float64)
                norm = Run<double>(gradients.Length);
            else if (gradients.Length > 0)
                norm = Run<float>(gradients.Length);
            foreach (var gradient in gradients)
                gradient.Storage.MarkChanged();
            return Tensor.Scalar(norm, DType.Float64, this);
        }
        finally
        {
            ArrayPool<ParameterSlice>.Shared.Return(slices);
        }

        double Run<T>(int count) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            double norm = Math.Sqrt(NormCpu.SumOfSquares<T>(Pool, slices.AsSpan(0, count)));
            double factor = maxNorm / (norm + 1e-6);
            // Written so that a NaN scales.
            if (!(factor >= 1))
                NormCpu.ScaleGradients<T>(Pool, slices.AsSpan(0, count), factor);
            return norm;
        }
    }
}
