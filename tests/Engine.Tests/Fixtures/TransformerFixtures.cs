using SuTI.Engine.Layers;

namespace SuTI.Engine.Tests.Fixtures;

/// <summary>block_transformer2d: attention modules, and the spatial transformer that is made of them.</summary>
static class TransformerFixtures
{
    public static void Run(FixtureCase fixture)
    {
        using var block = new BlockCase(fixture);
        var x = block.Input("x");
        var context = block.OptionalInput("context");
        var y = fixture.Options.Text("kind") switch
        {
            "Transformer2DModel" => Transformer(block, fixture.Options, x, context),
            "Attention" => Attention(block, fixture.Options, x, context),
            "AttentionAddedKV" => AddedKeys(block, fixture.Options, x, context),
            string unknown => throw new NotSupportedException($"kind {unknown}: unknown"),
        };
        block.Check(y);
    }

    static Tensor Transformer(BlockCase block, CaseOptions options, Tensor x, Tensor? context)
    {
        var model = new SpatialTransformer(block.Root, options);
        block.Load();
        return model.Forward(x.ToChannelsLast(), context).ToChannelsFirst();
    }

    static Tensor Attention(BlockCase block, CaseOptions options, Tensor x, Tensor? context)
    {
        var attention = AttentionModule(block, options, out var norm, out var contextNorm);
        double rescale = options.Number("rescale_output_factor", 1);
        bool residual = options.Flag("residual_connection");
        block.Load();
        bool isImage = x.Shape.Rank == 4;
        var input = isImage ? x.ToChannelsLast() : x;
        var tokens = isImage ? input.Reshape(input.Shape[0], -1, input.Shape[3]) : input;
        tokens = norm?.Forward(tokens) ?? tokens;
        context = context is null ? null : contextNorm?.Forward(context) ?? context;
        var y = attention.Forward(tokens, context).Reshape(input.Shape.ToArray());
        if (residual)
            y += input;
        y *= 1 / rescale;
        return isImage ? y.ToChannelsFirst() : y;
    }

    // Keys and values of the context stand before those of the image, which is normalised, and added at the end.
    static Tensor AddedKeys(BlockCase block, CaseOptions options, Tensor x, Tensor? context)
    {
        bool onlyCross = options.Flag("only_cross_attention");
        var attention = AttentionModule(block, options, out var norm, out var contextNorm, hasOwnKeys: !onlyCross);
        // This processor adds its input always and rescales never.
        options.Describes("residual_connection", "rescale_output_factor");
        int contextWidth = options.Integer("added_kv_proj_dim");
        var keys = new Linear(block.Root["add_k_proj"], contextWidth, attention.Width);
        var values = new Linear(block.Root["add_v_proj"], contextWidth, attention.Width);
        block.Load();
        var input = x.ToChannelsLast();
        var tokens = norm!.Forward(input.Reshape(input.Shape[0], -1, input.Shape[3]));
        context = contextNorm?.Forward(context!) ?? context!;
        var y = attention.ForwardAdded(tokens, keys.Forward(context), values.Forward(context));
        return (y.Reshape(input.Shape.ToArray()) + input).ToChannelsFirst();
    }

    static Attend AttentionModule(BlockCase block, CaseOptions options, out GroupNorm? norm, out LayerNorm? contextNorm,
        bool hasOwnKeys = true)
    {
        // What the softmax is computed in does not matter in f32.
        options.Describes("upcast_attention", "upcast_softmax");
        options.Only("dropout", 0.0);
        options.Only("only_cross_attention", !hasOwnKeys);
        int width = options.Integer("query_dim");
        int heads = options.Integer("heads", 8);
        int headWidth = options.Integer("dim_head", 64);
        int groups = options.Integer("norm_num_groups", 0);
        double epsilon = options.Number("eps", 1e-5);
        int contextWidth = options.Integer("cross_attention_dim", width);
        contextNorm = options.Text("cross_attention_norm", "") switch
        {
            "" => null,
            "layer_norm" => new(block.Root["norm_cross"], contextWidth),
            string unknown => throw new NotSupportedException($"cross_attention_norm {unknown}: unknown"),
        };
        norm = groups > 0 ? new(block.Root["group_norm"], groups, width, epsilon) : null;
        return new(block.Root, width, contextWidth, heads, headWidth, options.Flag("bias"),
            options.Flag("out_bias", true), hasOwnKeys, options.Flag("scale_qk", true) ? null : 1);
    }

    sealed class Attend
    {
        readonly int _heads;
        readonly double? _scale;
        readonly Linear _query, _out;
        readonly Linear? _key, _value;

        public Attend(ParameterScope p, int width, int contextWidth, int heads, int headWidth, bool bias,
            bool outBias = true,
            bool hasOwnKeys = true, double? scale = null)
        {
            Width = heads * headWidth;
            _heads = heads;
            _scale = scale;
            _query = new(p["to_q"], width, Width, bias);
            _key = hasOwnKeys ? new(p["to_k"], contextWidth, Width, bias) : null;
            _value = hasOwnKeys ? new(p["to_v"], contextWidth, Width, bias) : null;
            _out = new(p["to_out.0"], Width, width, outBias);
        }

        public int Width { get; }

        public Tensor Forward(Tensor x, Tensor? context = null, Tensor? residual = null)
        {
            context ??= x;
            var y = Tensor.Attention(Heads(_query.Forward(x)), Heads(_key!.Forward(context)),
                Heads(_value!.Forward(context)), new(_scale));
            return _out.Forward(y.Reshape(y.Shape[0], y.Shape[1], Width), residual);
        }

        public Tensor ForwardAdded(Tensor x, Tensor keys, Tensor values)
        {
            var q = Heads(_query.Forward(x));
            var y = _key is null
                ? Tensor.Attention(q, Heads(keys), Heads(values), new(_scale))
                : Tensor.Attention(q, Heads(keys), Heads(values), new(_scale), secondKeys: Heads(_key.Forward(x)),
                    secondValues: Heads(_value!.Forward(x)));
            return _out.Forward(y.Reshape(y.Shape[0], y.Shape[1], Width));
        }

        Tensor Heads(Tensor x) => x.Reshape(x.Shape[0], x.Shape[1], _heads, -1);
    }

    sealed class SpatialTransformer
    {
        readonly GroupNorm _norm;
        readonly Conv2d? _convIn, _convOut;
        readonly Linear? _linearIn, _linearOut;
        readonly List<TransformerBlock> _blocks = [];
        readonly int _width;

        public SpatialTransformer(ParameterScope p, CaseOptions options)
        {
            options.Describes("upcast_attention");
            options.Only("dropout", 0.0);
            options.Only("norm_type", "layer_norm");
            options.Only("norm_elementwise_affine", true);
            int channels = options.Integer("in_channels");
            int outChannels = options.Integer("out_channels", channels);
            int heads = options.Integer("num_attention_heads", 16);
            int headWidth = options.Integer("attention_head_dim", 88);
            _width = heads * headWidth;
            _norm = new(p["norm"], options.Integer("norm_num_groups", 32), channels, 1e-6);
            bool isLinear = options.Flag("use_linear_projection");
            _linearIn = isLinear ? new(p["proj_in"], channels, _width) : null;
            _convIn = isLinear ? null : new(p["proj_in"], channels, _width, 1);
            bool bias = options.Flag("attention_bias");
            bool onlyCross = options.Flag("only_cross_attention");
            bool doubleSelf = options.Flag("double_self_attention");
            string activation = options.Text("activation_fn", "geglu");
            int contextWidth = options.Integer("cross_attention_dim", 0);
            for (int i = 0; i < options.Integer("num_layers", 1); i++)
                _blocks.Add(new(p["transformer_blocks"][i], _width, contextWidth, heads, headWidth, bias, onlyCross,
                    doubleSelf, activation));
            _linearOut = isLinear ? new(p["proj_out"], _width, outChannels) : null;
            _convOut = isLinear ? null : new(p["proj_out"], _width, outChannels, 1);
        }

        public Tensor Forward(Tensor x, Tensor? context)
        {
            int[] pixels = [x.Shape[0], x.Shape[1], x.Shape[2], _width];
            var h = _norm.Forward(x);
            h = (_convIn?.Forward(h) ?? _linearIn!.Forward(h)).Reshape(x.Shape[0], -1, _width);
            foreach (var block in _blocks)
                h = block.Forward(h, context);
            h = h.Reshape(pixels);
            return _convOut?.Forward(h, residual: x) ?? _linearOut!.Forward(h, residual: x);
        }
    }

    sealed class TransformerBlock
    {
        readonly LayerNorm _norm1, _norm3;
        readonly LayerNorm? _norm2;
        readonly Attend _self;
        readonly Attend? _cross;
        readonly Linear _widen, _narrow;
        readonly bool _onlyCross, _doubleSelf;
        readonly string _activation;

        public TransformerBlock(ParameterScope p, int width, int contextWidth, int heads, int headWidth, bool bias,
            bool onlyCross,
            bool doubleSelf, string activation)
        {
            _onlyCross = onlyCross;
            _doubleSelf = doubleSelf;
            _activation = activation switch
            {
                "gelu-approximate" => "gelu_tanh",
                "geglu" or "gelu" => activation,
                _ => throw new NotSupportedException($"activation_fn {activation}: unknown"),
            };
            _norm1 = new(p["norm1"], width);
            _self = new(p["attn1"], width, onlyCross ? contextWidth : width, heads, headWidth, bias);
            if (contextWidth > 0 || doubleSelf)
            {
                _norm2 = new(p["norm2"], width);
                _cross = new(p["attn2"], width, doubleSelf ? width : contextWidth, heads, headWidth, bias);
            }
            _norm3 = new(p["norm3"], width);
            _widen = new(p["ff.net.0.proj"], width, (activation == "geglu" ? 8 : 4) * width);
            _narrow = new(p["ff.net.2"], 4 * width, width);
        }

        public Tensor Forward(Tensor x, Tensor? context)
        {
            x = _self.Forward(_norm1.Forward(x), _onlyCross ? context : null, x);
            if (_cross is not null)
                x = _cross.Forward(_norm2!.Forward(x), _doubleSelf ? null : context, x);
            return _narrow.Forward(ActivationFixtures.Apply(_activation, _widen.Forward(_norm3.Forward(x))), x);
        }
    }
}
