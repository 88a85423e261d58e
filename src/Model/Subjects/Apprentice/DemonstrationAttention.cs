using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Unet;

namespace SuTI.Model.Subjects;

/// <summary>
/// Images of one level read the same level of demonstrations: one softmax over all places of all of them, so that their order
/// does not matter (Re-Imagen, Chen et al. 2022, section 3.2, as SuTI uses it).
/// </summary>
sealed class DemonstrationAttention
{
    readonly int _heads;
    readonly GroupNorm _norm, _featureNorm;
    readonly Linear _query, _key, _value, _out;
    readonly PlacePreference _places;

    /// <param name="p">Declares norm, norm_features, to_q, to_k, to_v, to_out and places.</param>
    public DemonstrationAttention(ParameterScope p, int channels, int groups, ApprenticeConfig config)
    {
        _heads = Math.Max(1, channels / config.HeadWidth);
        int inner = _heads * config.HeadWidth;
        _norm = new(p["norm"], groups, channels);
        _featureNorm = new(p["norm_features"], groups, channels);
        _query = new(p["to_q"], channels, inner, bias: false);
        _key = new(p["to_k"], channels, inner, bias: false);
        _value = new(p["to_v"], channels, inner, bias: false);
        // Not zero at first: see PlacePreference.
        _out = new(p["to_out"], inner, channels);
        _places = new(p["places"], _heads, config);
    }

    /// <summary>What images will read: worked out once for all steps and images.</summary>
    /// <param name="features">(G · K, H, W, C): K demonstrations of each of G subjects.</param>
    public LevelMemory Prepare(Tensor features, int demonstrations)
    {
        using var scope = TensorScope.Open("demonstrations");
        int height = features.Shape[1], width = features.Shape[2];
        var flat = _featureNorm.Forward(features).Reshape(features.Shape[0] / demonstrations, demonstrations * height * width, -1);
        var preference = _places.Forward(height, width, features.Device, features.DType);
        int places = height * width;
        // The same for every demonstration: none is the first.
        var all = preference.Unsqueeze(3).Expand([1, _heads, places, demonstrations, places]).Reshape(1, _heads, places, -1);
        return new(scope.Keep(Heads.Split(_key.Forward(flat), _heads)), scope.Keep(Heads.Split(_value.Forward(flat), _heads)),
            scope.Keep(all), height, width);
    }

    /// <param name="x">(G · T, H, W, C): T images of each subject.</param>
    /// <param name="keyMask">(G, K · H · W), bool: false hides a place.</param>
    /// <param name="uses">(G · T, 1, 1, 1), bool: images that are false stay what they are, bit for bit.</param>
    public Tensor Forward(Tensor x, LevelMemory memory, Tensor keyMask, Tensor uses)
    {
        if (x.Shape[1] != memory.Height || x.Shape[2] != memory.Width)
            throw new ShapeException("apprentice", "demonstrations are of the size of the pictures",
                FormattableString.Invariant($"{memory.Height}x{memory.Width} at this level"), x.Shape.ToString());
        using var scope = TensorScope.Open("read");
        int subjects = memory.Keys.Shape[0], images = x.Shape[0] / subjects, places = memory.Height * memory.Width;
        var queries = _query.Forward(_norm.Forward(x).Reshape(subjects, images * places, -1));
        var bias = memory.Bias.Unsqueeze(2).Expand([1, _heads, images, places, memory.Bias.Shape[3]])
            .Reshape(1, _heads, images * places, -1);
        var y = Tensor.Attention(Heads.Split(queries, _heads), memory.Keys, memory.Values, bias: bias, keyMask: keyMask);
        var sum = _out.Forward(Heads.Join(y)).Reshape(x.Shape.ToArray()) + x;
        return scope.Keep(Tensor.Where(uses, sum, x));
    }
}

/// <summary>One level of all demonstrations, ready to be read.</summary>
/// <param name="Keys">(G, K · H · W, heads, width)</param>
/// <param name="Values">(G, K · H · W, heads, width)</param>
/// <param name="Bias">(1, heads, H · W, K · H · W)</param>
sealed record LevelMemory(Tensor Keys, Tensor Values, Tensor Bias, int Height, int Width);
