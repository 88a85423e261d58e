using System.Collections.Concurrent;
using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

/// <summary>How pixels are made from the pixels around them.</summary>
public enum Resampling
{
    /// <summary>The pixel whose area holds the corner of the new one: index ⌊i · input / output⌋.</summary>
    Nearest,

    /// <summary>Linear between the two nearest centres along each axis.</summary>
    Bilinear,

    /// <summary>
    /// Cubic convolution (Keys 1981) along each axis: a = −0.75, with antialiasing a = −0.5; borders repeat.
    /// </summary>
    Bicubic,

    /// <summary>The mean of all pixels that the new one touches.</summary>
    Area,
}

public sealed partial class Tensor
{
    /// <summary>Repeats each pixel <paramref name="factor"/> times along both axes.</summary>
    /// <returns>(n, h · factor, w · factor, c) for these images (n, h, w, c).</returns>
    public Tensor UpsampleNearest(int factor = 2)
    {
        ResampleOp.RequireImages(this);
        if (factor < 1)
            throw new SutiException("resample", "the factor is positive", "1 or more", $"{factor}");
        return UpsampleNearest(checked(Shape[1] * factor), checked(Shape[2] * factor));
    }

    /// <summary>Images of another size by <see cref="Resampling.Nearest"/>.</summary>
    public Tensor UpsampleNearest(int height, int width) => Resize(height, width, Resampling.Nearest);

    /// <summary>
    /// Images of another size; centres of pixels lie at half numbers and borders are not aligned (PyTorch's
    /// align_corners = False).
    /// </summary>
    /// <param name="antialias">Bilinear and bicubic: widen the filter when shrinking, so that every pixel
    /// counts.</param>
    /// <param name="stepHeight">Old rows per new row, if not their ratio; 0 is the ratio. Bilinear and bicubic
    /// only.</param>
    /// <param name="stepWidth">Old columns per new column, likewise.</param>
    /// <returns>(n, height, width, c) for these images (n, h, w, c).</returns>
    /// <exception cref="ShapeException">Not images, or without a pixel.</exception>
    /// <exception cref="DTypeException">Neither f32 nor f64.</exception>
    /// <exception cref="SutiException">A size below 1, or an option that the kind of resampling does not
    /// have.</exception>
    public Tensor Resize(int height, int width, Resampling kind = Resampling.Bilinear, bool antialias = false,
        double stepHeight = 0, double stepWidth = 0)
    {
        ResampleOp.RequireImages(this);
        if (height < 1 || width < 1)
            throw new SutiException("resample", "the new size is positive", "1 × 1 or more", $"{height} × {width}");
        if (kind is Resampling.Nearest or Resampling.Area && (antialias || stepHeight != 0 || stepWidth != 0))
            throw new SutiException("resample", "antialiasing and steps belong to bilinear and bicubic", "neither",
                kind.ToString());
        if (!(stepHeight >= 0 && stepWidth >= 0 && double.IsFinite(stepHeight) && double.IsFinite(stepWidth)))
            throw new SutiException("resample", "steps are not negative", "0 or more", $"{stepHeight} and {stepWidth}");
        if (Shape[1] == height && Shape[2] == width && stepHeight == 0 && stepWidth == 0)
            return this; // every kind maps equal sizes onto themselves
        return Op.Apply(new ResampleOp(ResampleOp.Axis(kind, Shape[1], height, antialias, stepHeight),
            ResampleOp.Axis(kind, Shape[2], width, antialias, stepWidth)), this);
    }

    /// <summary>
    /// Means of <paramref name="kernel"/>-sized blocks, <paramref name="stride"/> apart (by default side by side); an
    /// incomplete rest is dropped.
    /// </summary>
    /// <returns>(n, (h − kh) / sh + 1, (w − kw) / sw + 1, c) for these images (n, h, w, c).</returns>
    /// <exception cref="ShapeException">Not images, or smaller than the kernel.</exception>
    /// <exception cref="DTypeException">Neither f32 nor f64.</exception>
    /// <exception cref="SutiException">A kernel or stride below 1.</exception>
    public Tensor AvgPool2d(Size2d kernel, Size2d? stride = null)
    {
        ResampleOp.RequireImages(this);
        var step = stride ?? kernel;
        if (Math.Min(Math.Min(kernel.Height, kernel.Width), Math.Min(step.Height, step.Width)) < 1)
            throw new SutiException("resample", "kernel and stride are positive", "1 or more",
                $"kernel {kernel}, stride {step}");
        if (kernel.Height > Shape[1] || kernel.Width > Shape[2])
            throw new ShapeException("resample", "the images are smaller than the kernel",
                $"at least {kernel.Height} × {kernel.Width}", Shape.ToString());
        return Op.Apply(new ResampleOp(ResampleOp.Average(Shape[1], kernel.Height, step.Height),
            ResampleOp.Average(Shape[2], kernel.Width, step.Width)), this);
    }
}

/// <summary>
/// y = rows · x · columnsᵀ of each image and channel, where rows and columns are sparse matrices of weights.
/// </summary>
sealed class ResampleOp(ResampleAxis rows, ResampleAxis columns) : Op
{
    // Building an axis costs more than small images do, and networks ask for the same few again and again.
    const int MostAxes = 256;
    static readonly ConcurrentDictionary<(Resampling? Kind, int Input, int Output, int Kernel, double Step),
        ResampleAxis> s_axes = new();

    public override string Name => "resample";

    internal static ResampleAxis Axis(Resampling kind, int input, int output, bool antialias, double step)
        => Cached((kind, input, output, antialias ? 1 : 0, step), () => kind switch
        {
            Resampling.Nearest => ResampleAxis.Nearest(input, output),
            Resampling.Bilinear => ResampleAxis.Linear(input, output, antialias, step),
            Resampling.Bicubic => ResampleAxis.Cubic(input, output, antialias, step),
            _ => ResampleAxis.Area(input, output),
        });

    internal static ResampleAxis Average(int input, int kernel, int stride)
        => Cached((null, input, stride, kernel, 0), () => ResampleAxis.Average(input, kernel, stride));

    internal static void RequireImages(Tensor x)
    {
        Operands.RequireRank("resample", x, 4, "images");
        if (x.Shape[1] == 0 || x.Shape[2] == 0)
            throw new ShapeException("resample", "images have at least one pixel", "(n, 1 or more, 1 or more, c)",
                x.Shape.ToString());
    }

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs);
        var x = inputs[0].ContiguousValues();
        var y = Tensor.Empty([x.Shape[0], rows.OutputLength, columns.OutputLength, x.Shape[3]], x.DType, x.Device);
        if (y.Shape.Length > 0)
            x.Device.Resample(x, y, rows, columns);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var dx = Tensor.Empty([dy.Shape[0], rows.InputLength, columns.InputLength, dy.Shape[3]], dy.DType, dy.Device);
        if (dx.Shape.Length > 0)
            dy.Device.Resample(dy, dx, rows.Transposed, columns.Transposed);
        into.Add(0, dx);
    }

    static ResampleAxis Cached((Resampling?, int, int, int, double) key, Func<ResampleAxis> build)
    {
        if (s_axes.TryGetValue(key, out var axis))
            return axis;
        if (s_axes.Count >= MostAxes)
            s_axes.Clear();
        return s_axes[key] = build();
    }
}

public abstract partial class Device
{
    /// <summary>y = rows · x · columnsᵀ of each image and channel; contiguous.</summary>
    internal abstract void Resample(Tensor x, Tensor y, ResampleAxis rows, ResampleAxis columns);
}

public sealed partial class CpuDevice
{
    internal override void Resample(Tensor x, Tensor y, ResampleAxis rows, ResampleAxis columns)
    {
        if (y.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int images = x.Shape[0], channels = x.Shape[3];
            var workspace = Workspace<T>(ResampleCpu.WorkspaceLength(images, channels, rows, columns));
            ResampleCpu.Forward<T>(Pool, x.Span<T>(), y.Span<T>(), workspace, images, channels, rows, columns);
        }
    }
}
