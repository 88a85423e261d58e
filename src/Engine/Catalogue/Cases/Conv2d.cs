namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_conv2d = Declare("conv2d",
        new ConvForm("3x3", [2, 5, 4, 3], [4, 3, 3]) { Padding = 1, HasBias = true }.Variant(),
        new ConvForm("1x1", [2, 3, 3, 5], [6, 1, 1]) { HasBias = true }.Variant(),
        new ConvForm("5x2_no_padding", [1, 6, 5, 2], [3, 5, 2]).Variant(),
        new ConvForm("stride_2", [1, 7, 6, 3], [4, 3, 3]) { Padding = 1, Stride = 2 }.Variant(),
        new ConvForm("stride_2_1", [2, 5, 4, 2], [3, 3, 3]) { Padding = 1, Stride = (2, 1), HasBias = true }.Variant(),
        new ConvForm("stride_larger_than_kernel", [1, 7, 7, 2], [3, 1, 2]) { Stride = (3, 4) }.Variant(),
        new ConvForm("patches", [1, 4, 6, 3], [5, 2, 2]) { Stride = 2, HasBias = true }.Variant(),
        new ConvForm("four_sided_padding", [1, 4, 4, 2], [3, 3, 3])
        { Padding = new(Top: 0, Bottom: 1, Left: 2, Right: 0), Stride = 2 }.Variant(),
        new ConvForm("wide_padding", [1, 3, 2, 2], [2, 2, 2]) { Padding = (3, 2) }.Variant(),
        new ConvForm("one_pixel", [3, 1, 1, 4], [5, 3, 3]) { Padding = 1, HasBias = true }.Variant(),
        new ConvForm("single", [1, 1, 1, 1], [1, 1, 1]).Variant(),
        new ConvForm("17_to_33_channels", [1, 4, 3, 17], [33, 3, 3]) { Padding = 1, Bound = 0.25 }.Variant(),
        // More pixels, and runs of them, than the gradients of weight and bias take at once.
        new ConvForm("20_by_20", [1, 20, 20, 1], [2, 3, 3]) { Padding = 1, HasBias = true }.Variant()
            with
        { GradientElements = 24 },
        // Chunks of 16 bytes in every type, tiles of 64 and more with edges on both sides, steps along k that cross taps.
        new ConvForm("16_to_40_channels", [1, 9, 8, 16], [40, 3, 3]) { Padding = 1, HasBias = true }.Variant()
            with
        { GradientElements = 12 },
        new ConvForm("8_to_16_channels", [2, 5, 7, 8], [16, 3, 3])
        { Padding = 1, HasBias = true, HasRowAdd = true, HasResidual = true }.Variant() with
        { GradientElements = 12 },
        new ConvForm("1x1_24_to_72_channels", [1, 6, 5, 24], [72, 1, 1]) { HasBias = true }.Variant()
            with
        { GradientElements = 12 },
        new ConvForm("8_channels_stride_2", [2, 7, 6, 8], [24, 3, 3]) { Padding = 1, Stride = 2 }.Variant()
            with
        { GradientElements = 12 },
        new ConvForm("8_channels_stride_larger_than_kernel", [1, 7, 7, 8], [8, 1, 2]) { Stride = (3, 4) }.Variant()
            with
        { GradientElements = 12 },
        new ConvForm("row_add", [2, 3, 4, 3], [5, 3, 3]) { Padding = 1, HasRowAdd = true }.Variant(),
        new ConvForm("residual", [2, 3, 4, 3], [5, 3, 3]) { Padding = 1, HasResidual = true }.Variant(),
        new ConvForm("bias_row_add_residual", [2, 4, 3, 2], [3, 2, 2])
        { Stride = 2, HasBias = true, HasRowAdd = true, HasResidual = true }.Variant(),
        new ConvForm("joined", [2, 4, 3, 3], [4, 3, 3]) { Padding = 1, HasBias = true, Second = 2 }.Variant(),
        new ConvForm("joined_aligned", [2, 5, 4, 16], [24, 3, 3])
        { Padding = 1, HasBias = true, HasRowAdd = true, HasResidual = true, Second = 8 }.Variant() with
        { GradientElements = 12 },
        new ConvForm("joined_1x1", [1, 5, 4, 8], [16, 1, 1]) { Second = 16 }.Variant() with { GradientElements = 12 },
        new ConvForm("joined_strided", [1, 5, 4, 3], [4, 3, 3])
        { Padding = 1, Stride = 2, Second = 4, Layout = InputLayout.Strided }.Variant(),
        new ConvForm("upsampled", [2, 3, 2, 3], [4, 3, 3]) { Padding = 1, HasBias = true, IsUpsampled = true }.Variant(),
        new ConvForm("upsampled_aligned", [1, 4, 3, 8], [16, 3, 3]) { Padding = 1, IsUpsampled = true }.Variant() with
        { GradientElements = 12 },
        new ConvForm("upsampled_stride_2", [1, 3, 3, 2], [3, 3, 3])
        { Padding = 1, Stride = 2, IsUpsampled = true, HasResidual = true }.Variant(),
        new ConvForm("joined_and_upsampled", [1, 3, 2, 8], [16, 3, 3])
        { Padding = 1, IsUpsampled = true, Second = 8 }.Variant() with
        { GradientElements = 12 },
        new ConvForm("joined_depthwise", [1, 3, 4, 3], [5, 3, 3])
        { Padding = 1, IsDepthwise = true, Second = 2, IsUpsampled = true }.Variant(),
        new ConvForm("joined_no_images", [0, 3, 4, 3], [5, 3, 3]) { Padding = 1, Second = 2, IsUpsampled = true }.Variant(),
        new ConvForm("strided", [1, 4, 3, 3], [4, 3, 3])
        {
            Padding = 1,
            HasBias = true,
            HasRowAdd = true,
            HasResidual = true,
            Layout = InputLayout.Strided,
        }.Variant(),
        new ConvForm("transposed", [2, 4, 3, 3], [4, 3, 3])
        { Padding = 1, HasResidual = true, Layout = InputLayout.Transposed }.Variant(),
        new ConvForm("no_images", [0, 4, 3, 3], [4, 3, 3]) { HasBias = true, HasRowAdd = true }.Variant(),
        new ConvForm("no_channels", [1, 4, 3, 0], [4, 3, 3]) { HasBias = true }.Variant(),
        new ConvForm("no_results", [1, 4, 3, 2], [0, 3, 3]) { HasBias = true }.Variant(),
        new ConvForm("depthwise", [2, 5, 4, 3], [3, 3, 3])
        { Padding = 1, HasBias = true, IsDepthwise = true }.Variant(),
        new ConvForm("depthwise_19_channels", [1, 4, 3, 19], [19, 3, 3])
        { Padding = 1, HasResidual = true, HasRowAdd = true, IsDepthwise = true }.Variant(),
        new ConvForm("depthwise_stride", [1, 7, 6, 5], [5, 3, 2])
        { Stride = (2, 3), Padding = new(1, 0, 0, 2), IsDepthwise = true }.Variant(),
        new ConvForm("depthwise_strided", [1, 4, 3, 3], [3, 2, 2])
        { IsDepthwise = true, HasBias = true, Layout = InputLayout.Strided }.Variant(),
        new ConvForm("depthwise_wide_padding", [1, 2, 2, 2], [2, 2, 2]) { IsDepthwise = true, Padding = 3 }.Variant(),
        new ConvForm("depthwise_no_images", [0, 2, 2, 2], [2, 2, 2]) { IsDepthwise = true }.Variant(),
        new ConvForm("depthwise_more_taps_than_a_block", [1, 9, 9, 6], [6, 5, 4])
        { Padding = 2, HasBias = true, IsDepthwise = true }.Variant() with
        { GradientElements = 24 },
        new OpVariant("depthwise_used_twice", [new([1, 3, 2, 9]), new([9, 3, 3, 1]) { IsWeight = true }],
            t => t[0].Conv2d(t[1], padding: 1, groups: 9).Conv2d(t[1], padding: 1, groups: 9, residual: t[0]),
            a =>
            {
                var form = new ConvForm("", [1, 3, 2, 9], [9, 3, 3]) { Padding = 1, IsDepthwise = true };
                return (form with { HasResidual = true }).Reference([form.Reference([a[0], a[1]]), a[1], a[0]]);
            }),
        new OpVariant("channels_of_wider_images", [new([2, 3, 3, 5]), new([4, 2, 2, 2]), new([2, 2, 2, 7])],
            t => t[0].Slice(3, 2, 2).Conv2d(t[1], residual: t[2].Slice(3, 1, 4)),
            a => new ConvForm("", [2, 3, 3, 2], [4, 2, 2]) { HasResidual = true }.Reference(
                [Channels(a[0], 2, 2), a[1], Channels(a[2], 1, 4)])),
        new OpVariant("aligned_channels_of_wider_images", [new([1, 3, 4, 24]), new([8, 3, 3, 8]), new([1, 3, 4, 16])],
            t => t[0].Slice(3, 8, 8).Conv2d(t[1], padding: 1, residual: t[2].Slice(3, 8, 8)),
            a => new ConvForm("", [1, 3, 4, 8], [8, 3, 3]) { Padding = 1, HasResidual = true }.Reference(
                [Channels(a[0], 8, 8), a[1], Channels(a[2], 8, 8)])) with
        { GradientElements = 12 },
        new OpVariant("recorded_weight", [new([1, 3, 3, 2]), new([2, 2, 2, 3])],
            t => t[0].Conv2d(t[1].Permute(3, 0, 1, 2).Contiguous()),
            a => new ConvForm("", [1, 3, 3, 2], [3, 2, 2]).Reference(
                [a[0], NdArray.Build([3, 2, 2, 2], i => a[1][i[1], i[2], i[3], i[0]])])),
        UsedTwice("weight_used_twice", 3, 3, 2, bound: 2),
        UsedTwice("weight_of_8_channels_used_twice", 3, 4, 8, bound: 0.5) with
        { GradientElements = 12 },
        // With more channels and pixels x and dy are packed, and more blocks than one.
        UsedTwice("weight_of_13_channels_used_twice", 12, 11, 13, bound: 0.25) with { GradientElements = 12 });

    static OpVariant UsedTwice(string name, int height, int width, int channels, double bound)
    {
        OpInput Input(params int[] shape) => new((Shape)shape) { Low = -bound, High = bound };
        var form = new ConvForm("", [1, height, width, channels], [channels, 3, 3]) { Padding = 1 };
        return new(name, [Input(1, height, width, channels), Input(channels, 3, 3, channels) with { IsWeight = true }],
            t => t[0].Conv2d(t[1], padding: 1).Conv2d(t[1], padding: 1, residual: t[0]),
            a => (form with { HasResidual = true }).Reference([form.Reference([a[0], a[1]]), a[1], a[0]]));
    }

    static NdArray Channels(NdArray x, int start, int count)
        => NdArray.Build(x.Shape.With(-1, count), i => x[i[0], i[1], i[2], start + i[3]]);

    /// <summary>
    /// One way to call the convolution. Inputs in the order x, weight, bias, rowAdd, second, residual, as far as present.
    /// </summary>
    /// <param name="Images">Shape of x.</param>
    /// <param name="Kernel">Results, height, width.</param>
    sealed record ConvForm(string Name, int[] Images, int[] Kernel)
    {
        public Size2d Stride { get; init; } = 1;

        public Padding2d Padding { get; init; }

        public bool IsDepthwise { get; init; }

        public bool HasBias { get; init; }

        public bool HasRowAdd { get; init; }

        public bool HasResidual { get; init; }

        public InputLayout Layout { get; init; }

        public double Bound { get; init; } = 2;

        /// <summary>Channels of the second tensor; 0: there is none.</summary>
        public int Second { get; init; }

        public bool IsUpsampled { get; init; }

        int Groups => IsDepthwise ? Channels : 1;

        int RowAddAt => HasBias ? 3 : 2;

        int SecondAt => RowAddAt + (HasRowAdd ? 1 : 0);

        int Channels => Images[3] + Second;

        int Scale => IsUpsampled ? 2 : 1;

        int Height => Images[1] * Scale;

        int Width => Images[2] * Scale;

        Shape Result =>
        [
            Images[0],
            ((Height + Padding.Top + Padding.Bottom - Kernel[1]) / Stride.Height) + 1,
            ((Width + Padding.Left + Padding.Right - Kernel[2]) / Stride.Width) + 1,
            Kernel[0],
        ];

        public OpVariant Variant()
        {
            var inputs = new List<OpInput> { Input(Images), Weight([.. Kernel, Channels / Math.Max(1, Groups)]) };
            if (HasBias)
                inputs.Add(Weight([Kernel[0]]));
            if (HasRowAdd)
                inputs.Add(Input([Images[0], Kernel[0]]));
            if (Second > 0)
                inputs.Add(Input([.. Images[..3], Second]));
            if (HasResidual)
                inputs.Add(Input(Result));
            return new(Name, [.. inputs],
                t => t[0].Conv2d(t[1], HasBias ? t[2] : null, Stride, Padding, Groups, HasRowAdd ? t[RowAddAt] : null,
                HasResidual ? t[^1] : null, Second > 0 ? t[SecondAt] : null, IsUpsampled), Reference);
        }

        OpInput Input(Shape shape) => new(shape) { Layout = Layout, Low = -Bound, High = Bound };

        OpInput Weight(Shape shape) => Input(shape) with { IsWeight = true };

        public NdArray Reference(NdArray[] a)
            => NdArray.Build(Result, i =>
            {
                double sum = HasBias ? a[2][i[3]] : 0;
                sum += HasRowAdd ? a[RowAddAt][i[0], i[3]] : 0;
                sum += HasResidual ? a[^1][i] : 0;
                for (int r = 0; r < Kernel[1]; r++)
                {
                    for (int s = 0; s < Kernel[2]; s++)
                    {
                        int row = (i[1] * Stride.Height) + r - Padding.Top;
                        int column = (i[2] * Stride.Width) + s - Padding.Left;
                        if (row < 0 || row >= Height || column < 0 || column >= Width)
                            continue;
                        for (int c = 0; c < Channels; c++)
                        {
                            if (!IsDepthwise)
                                sum += X(row, column, c) * a[1][i[3], r, s, c];
                            else if (c == i[3])
                                sum += X(row, column, c) * a[1][c, r, s, 0];
                        }
                    }
                }
                return sum;

                double X(int row, int column, int c) => c < Images[3]
                    ? a[0][i[0], row / Scale, column / Scale, c]
                    : a[SecondAt][i[0], row / Scale, column / Scale, c - Images[3]];
            });
    }
}
