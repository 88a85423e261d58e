namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_attention = Declare("attention",
        new AttentionForm("plain", [2, 5, 2, 8], Keys: 5).Variant(),
        new AttentionForm("single", [1, 1, 1, 1], Keys: 1).Variant(),
        new AttentionForm("width_33_cross", [1, 3, 2, 33], Keys: 7).Variant(),
        new AttentionForm("width_40", [1, 5, 1, 40], Keys: 3).Variant(),
        new AttentionForm("width_64_one_query", [2, 1, 1, 64], Keys: 5).Variant(),
        new AttentionForm("77_keys_scale_1", [1, 2, 1, 3], Keys: 77) { Options = new(Scale: 1) }.Variant(),
        new AttentionForm("causal", [1, 7, 2, 4], Keys: 7) { Options = new(IsCausal: true) }.Variant(),
        new AttentionForm("causal_77", [1, 77, 1, 2], Keys: 77) { Options = new(IsCausal: true) }.Variant(),
        new AttentionForm("causal_fewer_keys", [1, 6, 1, 4], Keys: 3) { Options = new(IsCausal: true) }.Variant(),
        new AttentionForm("bias", [2, 3, 2, 4], Keys: 5) { Bias = [2, 2, 3, 5] }.Variant(),
        new AttentionForm("bias_shared_by_samples", [2, 3, 2, 4], Keys: 5) { Bias = [1, 2, 3, 5] }.Variant(),
        new AttentionForm("bias_shared_by_heads", [2, 3, 2, 4], Keys: 5) { Bias = [2, 1, 3, 5] }.Variant(),
        new AttentionForm("bias_of_keys", [2, 3, 2, 4], Keys: 5) { Bias = [5] }.Variant(),
        new AttentionForm("bias_of_19_keys", [2, 3, 2, 4], Keys: 19) { Bias = [1, 3, 19] }.Variant(),
        // So much work that the keys are cut into groups with a dQ each.
        new AttentionForm("groups_of_keys", [1, 70, 1, 30], Keys: 400).Variant() with { GradientElements = 5 },
        // The same for all keys, so its gradient is zero but for rounding.
        new AttentionForm("bias_of_queries", [2, 3, 2, 4], Keys: 5)
        { Bias = [2, 3, 1], CancellingTerms = 1 }.Variant(),
        new AttentionForm("masked_keys", [2, 3, 2, 4], Keys: 5) { Mask = [1, 0, 1, 1, 0, 0, 1, 1, 0, 1] }.Variant(),
        new AttentionForm("a_sample_without_keys", [2, 3, 2, 4], Keys: 3)
        { Mask = [0, 0, 0, 1, 0, 1], Bias = [1, 2, 3, 3] }.Variant(),
        new AttentionForm("mask_shared_by_samples", [2, 3, 1, 4], Keys: 3)
        { Mask = [1, 0, 1], Options = new(IsCausal: true) }.Variant(),
        new AttentionForm("second_keys", [2, 3, 2, 4], Keys: 5) { SecondKeys = 3 }.Variant(),
        new AttentionForm("second_keys_bias_mask", [2, 3, 2, 4], Keys: 2)
        { SecondKeys = 3, Bias = [1, 2, 3, 5], Mask = [1, 0, 1, 0, 1, 0, 0, 0, 0, 0] }.Variant(),
        new AttentionForm("no_keys_but_second_ones", [1, 3, 1, 4], Keys: 0) { SecondKeys = 3 }.Variant(),
        new AttentionForm("no_keys", [1, 3, 1, 4], Keys: 0).Variant(),
        new AttentionForm("no_queries", [1, 0, 2, 4], Keys: 3) { Bias = [2, 0, 3] }.Variant(),
        new AttentionForm("no_samples", [0, 2, 2, 4], Keys: 3).Variant(),
        new AttentionForm("strided", [1, 4, 2, 3], Keys: 5)
        { Layout = InputLayout.Strided, Bias = [2, 4, 5] }.Variant(),
        new AttentionForm("transposed", [2, 4, 2, 3], Keys: 5)
        { Layout = InputLayout.Transposed, Bias = [2, 2, 4, 5] }.Variant(),
        // Beyond one tile of every kernel: 64 keys, 64 or 128 queries, 32 columns and 16 bytes; few elements are differentiated.
        new AttentionForm("tiles_width_40", [1, 130, 2, 40], Keys: 140).Variant() with { GradientElements = 3 },
        new AttentionForm("tiles_width_64_causal", [1, 130, 1, 64], Keys: 130)
        { Options = new(IsCausal: true) }.Variant() with
        { GradientElements = 3 },
        new AttentionForm("tiles_width_96", [1, 130, 4, 96], Keys: 20).Variant() with { GradientElements = 3 },
        new AttentionForm("tiles_width_160_negative_scale", [1, 70, 1, 160], Keys: 70)
        { Options = new(Scale: -0.1) }.Variant() with
        { GradientElements = 3 },
        new AttentionForm("tiles_width_80_bias_77_keys", [2, 20, 1, 80], Keys: 77)
        { Bias = [1, 1, 20, 77] }.Variant() with
        { GradientElements = 3 },
        new AttentionForm("tiles_width_8_bias_causal", [2, 70, 2, 8], Keys: 66)
        { Bias = [1, 2, 70, 66], Options = new(IsCausal: true) }.Variant() with
        { GradientElements = 3 },
        new AttentionForm("tiles_width_8_masked", [3, 9, 1, 8], Keys: 140)
        { Mask = [.. Hidden(140, key => key % 3 == 0), .. Hidden(140, key => key < 70), .. Hidden(140, _ => true)] }
            .Variant() with
        { GradientElements = 20 },
        new AttentionForm("tiles_width_8_second_keys", [1, 9, 2, 8], Keys: 70)
        { SecondKeys = 67, Bias = [1, 2, 9, 137], Mask = Hidden(137, key => key is 3 or > 60 and < 90) }
            .Variant() with
        { GradientElements = 20 },
        new AttentionForm("tiles_width_36_causal", [1, 130, 1, 36], Keys: 100)
        { Options = new(IsCausal: true) }.Variant() with
        { GradientElements = 3 },
        new AttentionForm("tiles_width_200", [1, 9, 2, 200], Keys: 7) { SecondKeys = 66 }.Variant() with
        {
            GradientElements = 3,
        },
        new OpVariant("width_8_of_9", [new([2, 5, 2, 9]), new([2, 7, 2, 9]), new([2, 7, 2, 9])],
            t => Tensor.Attention(t[0].Slice(3, 1, 8), t[1].Slice(3, 1, 8), t[2].Slice(3, 1, 8)), a =>
            {
                NdArray Part(NdArray x, int length) => NdArray.Build([2, length, 2, 8], i => x[i[0], i[1], i[2], i[3] + 1]);
                return new AttentionForm("", [2, 5, 2, 8], Keys: 7).Reference([Part(a[0], 5), Part(a[1], 7), Part(a[2], 7)]);
            }),
        new OpVariant("joint_projection_width_8", [new([2, 70, 3, 2, 8])], t =>
        {
            Tensor Part(int i) => t[0].Slice(2, i, 1).Squeeze(2);
            return Tensor.Attention(Part(0), Part(1), Part(2));
        }, a =>
        {
            NdArray Part(int part) => NdArray.Build([2, 70, 2, 8], i => a[0][i[0], i[1], part, i[2], i[3]]);
            return new AttentionForm("", [2, 70, 2, 8], Keys: 70).Reference([Part(0), Part(1), Part(2)]);
        })
        { GradientElements = 20 },
        new OpVariant("joint_projection", [new([2, 5, 3, 2, 4])], t =>
        {
            Tensor Part(int i) => t[0].Slice(2, i, 1).Squeeze(2);
            return Tensor.Attention(Part(0), Part(1), Part(2));
        }, a =>
        {
            NdArray Part(int part) => NdArray.Build([2, 5, 2, 4], i => a[0][i[0], i[1], part, i[2], i[3]]);
            return new AttentionForm("", [2, 5, 2, 4], Keys: 5).Reference([Part(0), Part(1), Part(2)]);
        }));

    static double[] Hidden(int keys, Func<int, bool> isHidden)
        => [.. Enumerable.Range(0, keys).Select(key => isHidden(key) ? 0.0 : 1.0)];

    /// <summary>
    /// One way to call attention. Inputs in the order q, k, v, bias, mask, second keys, second values, as far as
    /// present.
    /// </summary>
    /// <param name="Queries">Shape of q.</param>
    sealed record AttentionForm(string Name, int[] Queries, int Keys)
    {
        public AttentionOptions Options { get; init; } = new();

        public int[]? Bias { get; init; }

        public double[]? Mask { get; init; }

        public int SecondKeys { get; init; }

        public InputLayout Layout { get; init; }

        public double CancellingTerms { get; init; }

        int AllKeys => Keys + SecondKeys;

        public OpVariant Variant()
        {
            var inputs = new List<OpInput> { Heads(Queries[1]), Heads(Keys), Heads(Keys) };
            if (Bias is not null)
                inputs.Add(new OpInput((Shape)Bias) { Layout = Layout });
            if (Mask is not null)
                inputs.Add(new([Mask.Length / AllKeys, AllKeys]) { IsCondition = true, Values = Mask });
            if (SecondKeys > 0)
                inputs.AddRange([Heads(SecondKeys), Heads(SecondKeys)]);
            return new(Name, [.. inputs], Apply, Reference) { CancellingTerms = CancellingTerms };
        }

        OpInput Heads(int length) => new([Queries[0], length, Queries[2], Queries[3]]) { Layout = Layout };

        Tensor Apply(Tensor[] t)
        {
            int mask = Bias is null ? 3 : 4;
            return Tensor.Attention(t[0], t[1], t[2], Options, Bias is null ? null : t[3],
                Mask is null ? null : t[mask],
                SecondKeys == 0 ? null : t[^2], SecondKeys == 0 ? null : t[^1]);
        }

        public NdArray Reference(NdArray[] a)
        {
            var bias = Bias is null ? null : a[3];
            var mask = Mask is null ? null : a[Bias is null ? 3 : 4];
            double scale = Options.Scale ?? 1 / Math.Sqrt(Queries[3]);
            double At(int segment, int n, int key, int head, int d)
                => key < Keys ? a[segment][n, key, head, d] : a[a.Length - 3 + segment][n, key - Keys, head, d];
            var weights = NdArray.Build([Queries[0], Queries[1], Queries[2], AllKeys], index =>
            {
                var (n, query, head, key) = (index[0], index[1], index[2], index[3]);
                if ((Options.IsCausal && key > query) || mask?.Broadcast([n, key]) == 0)
                    return 0;
                double score = bias?.Broadcast([n, head, query, key]) ?? 0;
                for (int d = 0; d < Queries[3]; d++)
                    score += scale * a[0][n, query, head, d] * At(1, n, key, head, d);
                return Math.Exp(score);
            });
            return NdArray.Build(Queries, index =>
            {
                var (n, query, head) = (index[0], index[1], index[2]);
                double sum = 0, weighted = 0;
                for (int key = 0; key < AllKeys; key++)
                {
                    sum += weights[n, query, head, key];
                    weighted += weights[n, query, head, key] * At(2, n, key, head, index[3]);
                }
                return sum == 0 ? 0 : weighted / sum;
            });
        }
    }
}
