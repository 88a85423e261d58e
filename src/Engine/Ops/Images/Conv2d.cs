using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// 2-D convolution (as everywhere in deep learning a correlation: the kernel is not flipped), zeros beyond the
    /// border: y[n, i, j, o] = Σ x[n, i·sh + r − top, j·sw + s − left, c] · weight[o, r, s, c] + bias[o] + rowAdd[n, o]
    /// + residual[n, i, j, o].
    /// </summary>
    /// <param name="weight">
    /// (out, r, s, in), or (channels, r, s, 1) if each channel is a group. Its packed form is kept until its values
    /// change.
    /// </param>
    /// <param name="bias">(out).</param>
    /// <param name="stride">1 if null.</param>
    /// <param name="padding">Zeros around the images.</param>
    /// <param name="groups">1, or the number of channels: each channel has a kernel of its own.</param>
    /// <param name="rowAdd">(n, out): added to every pixel of an image in the same pass.</param>
    /// <param name="residual">Of the result's shape; added in the same pass.</param>
    /// <param name="second">More channels of the images, (n, h, w, in2): as if joined to this along the last
    /// axis.</param>
    /// <param name="upsampled">Whether each pixel of the images stands for 2 × 2 (nearest). Under CUDA neither the
    /// joined nor the larger images are made.</param>
    /// <returns>(n, (h + top + bottom − r) / sh + 1, (w + left + right − s) / sw + 1, out) for these images (n, h, w,
    /// in).</returns>
    /// <exception cref="ShapeException">An operand does not fit, or the kernel is larger than the padded
    /// images.</exception>
    /// <exception cref="DTypeException">The operands are not all of one type; weight and bias may be f32 beside
    /// halves.</exception>
    /// <exception cref="SutiException">A stride below 1, a negative padding, or another number of groups.</exception>
    public Tensor Conv2d(Tensor weight, Tensor? bias = null, Size2d? stride = null, Padding2d padding = default,
        int groups = 1, Tensor? rowAdd = null, Tensor? residual = null, Tensor? second = null, bool upsampled = false)
    {
        var inputs = new List<Tensor> { this, weight };
        int Add(Tensor? tensor)
        {
            if (tensor is null)
                return -1;
            inputs.Add(tensor);
            return inputs.Count - 1;
        }
        var op = new Conv2dOp(stride ?? 1, padding, groups, Add(bias), Add(rowAdd), Add(residual), Add(second), upsampled);
        return Op.Apply(op, [.. inputs]);
    }
}

sealed class Conv2dOp(Size2d stride, Padding2d padding, int groups, int biasAt, int rowAddAt, int residualAt,
    int secondAt, bool upsampled) : Op
{
    Tensor? _x, _second, _weight;
    ConvSizes _sizes;
    bool _keepsPacked;

    public override string Name => "conv2d";

    bool IsDepthwise => groups > 1;

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (x, weight) = (inputs[0], inputs[1]);
        var bias = Optional(inputs, biasAt);
        var rowAdd = Optional(inputs, rowAddAt);
        var residual = Optional(inputs, residualAt);
        var second = Optional(inputs, secondAt);
        Operands.RequireCompute(Name, x, rowAdd ?? x, residual ?? x, second ?? x);
        Operands.RequireWeight(Name, x, weight, bias);
        _sizes = Check(x, second, weight);
        var shape = Shape.Create(_sizes.N, _sizes.OutH, _sizes.OutW, _sizes.Cout);
        if (bias is not null)
            Operands.RequireShape(Name, bias, [_sizes.Cout]);
        if (rowAdd is not null)
            Operands.RequireShape(Name, rowAdd, [_sizes.N, _sizes.Cout]);
        if (residual is not null)
            Operands.RequireShape(Name, residual, shape);
        var y = Tensor.Empty(shape, x.DType, x.Device);
        // As for linear: what is packed of a weight made by recorded ops would serve once.
        _keepsPacked = weight.Producer is null && weight.IsContiguous;
        if (shape.Length > 0)
        {
            var images = Read(x, second);
            var (rest, restApart) = residual is null ? (null, _sizes.Cout) : Pixels(residual);
            var call = new ConvCall(_sizes with { PixelX = images.Apart, PixelResidual = restApart }, IsDepthwise,
                _keepsPacked);
            x.Device.Conv2d(images, weight.ContiguousValues(), bias?.ContiguousValues(), rowAdd?.ContiguousValues(),
                rest, y, call);
        }
        _x = Save(x);
        _second = second is null ? null : Save(second);
        _weight = Save(weight);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var device = dy.Device;
        var call = new ConvCall(_sizes, IsDepthwise, _keepsPacked);
        if (secondAt >= 0 || upsampled)
            InputsGradient(dy, into, call);
        else if (into.Needs(0))
            InputGradient(dy, into.Buffer(0, out bool accumulate), call, accumulate);
        if (into.Needs(1))
        {
            var dWeight = into.Buffer(1, out bool accumulate);
            if (!IsNothing(dy, dWeight, accumulate))
            {
                var images = Read(_x!, _second);
                device.Conv2dWeightGradient(images, dy, dWeight,
                    call with { Sizes = _sizes with { PixelX = images.Apart } }, accumulate);
            }
        }
        if (biasAt >= 0 && into.Needs(biasAt))
        {
            var dBias = into.Buffer(biasAt, out bool accumulate);
            if (!IsNothing(dy, dBias, accumulate))
                device.Conv2dBiasGradient(dy, dBias, call, accumulate);
        }
        if (rowAddAt >= 0 && into.Needs(rowAddAt))
            into.Add(rowAddAt, dy.Sum([1, 2]));
        if (residualAt >= 0)
            into.Add(residualAt, dy);
    }

    void InputGradient(Tensor dy, Tensor dx, in ConvCall call, bool accumulate)
    {
        if (!IsNothing(dy, dx, accumulate))
            dy.Device.Conv2dInputGradient(dy, _weight!.ContiguousValues(), dx, call, accumulate);
    }

    // Of images that were joined or enlarged while reading: the gradient of what was read, taken back.
    void InputsGradient(Tensor dy, Gradients into, in ConvCall call)
    {
        if (!into.Needs(0) && (secondAt < 0 || !into.Needs(secondAt)))
            return;
        var dx = Tensor.Empty([_sizes.N, _sizes.H, _sizes.W, _sizes.C], dy.DType, dy.Device);
        InputGradient(dy, dx, call, accumulate: false);
        if (upsampled)
        {
            var small = Tensor.Empty([_sizes.N, _sizes.H / 2, _sizes.W / 2, _sizes.C], dy.DType, dy.Device);
            if (small.Shape.Length > 0)
                dy.Device.Resample(dx, small, ResampleOp.Axis(Resampling.Nearest, _sizes.H / 2, _sizes.H, false, 0).Transposed,
                    ResampleOp.Axis(Resampling.Nearest, _sizes.W / 2, _sizes.W, false, 0).Transposed);
            dx = small;
        }
        int channels = _x!.Shape[3];
        into.Add(0, secondAt < 0 ? dx : dx.Slice(3, 0, channels));
        if (secondAt >= 0)
            into.Add(secondAt, dx.Slice(3, channels, _sizes.C - channels));
    }

    ConvImages Read(Tensor x, Tensor? second)
    {
        if (x.Device.JoinsImages && !IsDepthwise)
        {
            var (first, apart) = Pixels(x);
            var (more, moreApart) = second is null ? (null, 0) : Pixels(second);
            return new(first, apart) { Second = more, SecondApart = moreApart, IsUpsampled = upsampled };
        }
        var whole = second is null ? x : Tensor.Concat(3, x, second);
        var (pixels, distance) = Pixels(upsampled ? whole.UpsampleNearest(2) : whole);
        return new(pixels, distance);
    }

    // A sum of nothing is zero.
    static bool IsNothing(Tensor dy, Tensor gradient, bool accumulate)
    {
        if (dy.Shape.Length == 0 && !accumulate)
            gradient.Device.Fill(gradient, 0);
        return dy.Shape.Length == 0 || gradient.Shape.Length == 0;
    }

    static Tensor? Optional(ReadOnlySpan<Tensor> inputs, int at) => at < 0 ? null : inputs[at];

    // Kernels take pixels at one distance, so a range of channels of wider images is read where it lies.
    static (Tensor Images, int Apart) Pixels(Tensor x)
    {
        if ((x.Strides[3] == 1 || x.Shape[3] == 1) && MatrixView.TryMerge(x, 0, 3, out long step)
            && step >= x.Shape[3] && step <= int.MaxValue)
            return (x, (int)step);
        return (x.ContiguousValues(), x.Shape[3]);
    }

    ConvSizes Check(Tensor x, Tensor? second, Tensor weight)
    {
        Operands.RequireRank(Name, x, 4);
        Operands.RequireRank(Name, weight, 4);
        int channels = x.Shape[3], height = x.Shape[1], width = x.Shape[2];
        if (second is not null)
        {
            Operands.RequireRank(Name, second, 4);
            Operands.RequireShape(Name, second, x.Shape.With(3, second.Shape[3]));
            channels = checked(channels + second.Shape[3]);
        }
        if (upsampled)
            (height, width) = (checked(2 * height), checked(2 * width));
        if (groups != 1 && groups != channels)
            throw new SutiException(Name, "groups are one, or each channel its own", $"1 or {channels}", $"{groups}");
        if (weight.Shape[3] * groups != channels || (IsDepthwise && weight.Shape[0] != channels))
            throw new ShapeException(Name, "the weight has not the channels of the images",
                IsDepthwise ? $"({channels}, r, s, 1)" : $"(out, r, s, {channels})", weight.Shape.ToString());
        if (weight.Shape[1] == 0 || weight.Shape[2] == 0)
            throw new ShapeException(Name, "the kernel has at least one tap", "(out, 1 or more, 1 or more, in)",
                weight.Shape.ToString());
        if (stride.Height < 1 || stride.Width < 1)
            throw new SutiException(Name, "the stride is positive", "1 or more", stride.ToString());
        if (padding.Top < 0 || padding.Bottom < 0 || padding.Left < 0 || padding.Right < 0)
            throw new SutiException(Name, "the padding is not negative", "0 or more", padding.ToString());
        var sizes = new ConvSizes(x.Shape[0], height, width, channels, weight.Shape[0], weight.Shape[1],
            weight.Shape[2])
        {
            StrideH = stride.Height,
            StrideW = stride.Width,
            PadTop = padding.Top,
            PadBottom = padding.Bottom,
            PadLeft = padding.Left,
            PadRight = padding.Right,
        };
        if (sizes.OutH < 1 || sizes.OutW < 1)
            throw new ShapeException(Name, "the kernel is larger than the padded images",
                $"at least {sizes.R} × {sizes.S}", $"{height} × {width} with padding {padding}");
        return sizes;
    }
}

/// <summary>What the convolutions of one op share.</summary>
/// <param name="KeepsPacked">Whether packed weights stay with the weight's storage.</param>
readonly record struct ConvCall(ConvSizes Sizes, bool IsDepthwise, bool KeepsPacked);

/// <summary>Images as a kernel reads them, pixels so many elements apart.</summary>
readonly record struct ConvImages(Tensor First, int Apart)
{
    /// <summary>The channels behind those of the first; null if there are none.</summary>
    internal Tensor? Second { get; init; }

    internal int SecondApart { get; init; }

    /// <summary>Whether each pixel stands for 2 × 2.</summary>
    internal bool IsUpsampled { get; init; }
}

public abstract partial class Device
{
    /// <summary>Whether dense convolutions read images of two tensors, and enlarged ones, where they lie.</summary>
    internal virtual bool JoinsImages => false;

    /// <summary>
    /// Weight, bias, rowAdd and y are contiguous; pixels of x and of the residual lie apart as the sizes say.
    /// </summary>
    internal abstract void Conv2d(in ConvImages x, Tensor weight, Tensor? bias, Tensor? rowAdd, Tensor? residual, Tensor y,
        in ConvCall call);

    /// <summary>dx = (dx +) the gradient of x; contiguous.</summary>
    internal abstract void Conv2dInputGradient(Tensor dy, Tensor weight, Tensor dx, in ConvCall call, bool accumulate);

    /// <summary>dWeight = (dWeight +) the gradient of the weight; contiguous but for the pixels of x.</summary>
    internal abstract void Conv2dWeightGradient(in ConvImages x, Tensor dy, Tensor dWeight, in ConvCall call, bool accumulate);

    /// <summary>dBias = (dBias +) the sum of dy over all pixels.</summary>
    internal abstract void Conv2dBiasGradient(Tensor dy, Tensor dBias, in ConvCall call, bool accumulate);
}
