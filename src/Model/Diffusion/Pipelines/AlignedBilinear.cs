using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>
/// Bilinear resizing in which the corner pixels of both sizes coincide (PyTorch's align_corners = True), as DeepFloyd's
/// enlarging stages were trained with.
/// </summary>
static class AlignedBilinear
{
    /// <param name="images">(N, h, w, C)</param>
    /// <returns>(N, height, width, C)</returns>
    public static Tensor ResizeAligned(this Tensor images, int height, int width)
    {
        using var scope = TensorScope.Open("resize");
        return scope.Keep(Along(Along(images, 2, width), 1, height));
    }

    static Tensor Along(Tensor images, int axis, int length)
    {
        int old = images.Shape[axis];
        if (old == length)
            return images;
        long[] low = new long[length], high = new long[length];
        float[] shares = new float[length];
        for (int i = 0; i < length; i++)
        {
            double place = length == 1 ? 0 : i * ((old - 1.0) / (length - 1));
            low[i] = Math.Min((long)place, old - 1);
            high[i] = Math.Min(low[i] + 1, old - 1);
            shares[i] = (float)(place - low[i]);
        }
        int[] shape = [1, 1, 1, 1];
        shape[axis] = length;
        var share = Tensor.From(shares, shape, images.Device).Cast(images.DType);
        var first = images.IndexSelect(axis, Tensor.From(low, [length], images.Device));
        var second = images.IndexSelect(axis, Tensor.From(high, [length], images.Device));
        return (first * (1 - share)) + (second * share);
    }
}
