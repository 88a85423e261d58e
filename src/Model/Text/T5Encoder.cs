using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Text;

/// <summary>
/// The encoder of T5 and T5 v1.1 (Raffel et al., Exploring the Limits of Transfer Learning with a Unified Text-to-Text
/// Transformer, 2020). Parameters are named as in <c>T5EncoderModel</c> of the transformers library; the token table is
/// shared.weight.
/// </summary>
/// <remarks>Its states outgrow f16 in the largest published model; use bf16 there.</remarks>
public sealed class T5Encoder
{
    const string Network = "t5 encoder", Shared = "shared.weight", Tied = "encoder.embed_tokens.weight";

    readonly Parameter _tokens, _distances;
    readonly T5Block[] _blocks;
    readonly RmsNorm _norm;

    /// <param name="p">Declares shared.weight and encoder.…</param>
    public T5Encoder(ParameterScope p, T5Config config)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        _tokens = p["shared"].Declare("weight", [config.Vocabulary, config.Width], Initialiser.Normal(1));
        var encoder = p["encoder"];
        // The first layer owns it in checkpoints; all layers add it.
        _distances = encoder["block.0.layer.0.SelfAttention.relative_attention_bias"].Declare("weight",
            [config.Buckets, config.Heads], Initialiser.Normal(1 / Math.Sqrt(config.Width)));
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(layer => new T5Block(encoder["block"][layer], config))];
        _norm = new(encoder["final_layer_norm"], config.Width, config.NormEpsilon);
    }

    public T5Config Config { get; }

    /// <summary>
    /// From a key of a checkpoint to a path below the scope. Null for a decoder's parts, and for the second name that
    /// the token table has in many files; where a file has only that, <see cref="ParameterPaths"/> knows.
    /// </summary>
    public static string? ParameterPath(string checkpointKey)
    {
        ArgumentNullException.ThrowIfNull(checkpointKey);
        bool isOther = checkpointKey.StartsWith("decoder.", StringComparison.Ordinal)
            || checkpointKey is Tied or "lm_head.weight";
        return isOther ? null : checkpointKey;
    }

    /// <summary><see cref="ParameterPath"/> for a file of these keys, whichever name its token table has.</summary>
    /// <param name="checkpointKeys">All keys of the file.</param>
    public static Func<string, string?> ParameterPaths(IEnumerable<string> checkpointKeys)
    {
        ArgumentNullException.ThrowIfNull(checkpointKeys);
        bool hasShared = checkpointKeys.Contains(Shared, StringComparer.Ordinal);
        return key => key == Tied && !hasShared ? Shared : ParameterPath(key);
    }

    /// <summary>The state of each token, normed. States of hidden tokens are computed like any other.</summary>
    /// <param name="ids">(N, L), i32 or i64.</param>
    /// <param name="mask">(N, L), bool or numbers: 0 hides a token. Null hides none.</param>
    /// <param name="dtype">What is computed in; by default the type of the parameters.</param>
    /// <returns>(N, L, width)</returns>
    /// <exception cref="ShapeException">Ids or mask of another shape.</exception>
    /// <exception cref="SutiException">An id outside the vocabulary.</exception>
    public Tensor Forward(Tensor ids, Tensor? mask = null, DType? dtype = null)
    {
        using var scope = TensorScope.Open("t5");
        var (x, bias, keyMask) = Embed(ids, mask, dtype);
        var h = x;
        foreach (var block in _blocks)
        {
            var next = block.Forward(h, bias, keyMask);
            // What the backward pass needs of it, the ops hold by themselves.
            h.Dispose();
            h = next;
        }
        return scope.Keep(_norm.Forward(h));
    }

    /// <summary>The embedded tokens, then the state after each block; none of them normed.</summary>
    /// <inheritdoc cref="Forward"/>
    /// <returns>One more than there are blocks, each (N, L, width).</returns>
    public IReadOnlyList<Tensor> HiddenStates(Tensor ids, Tensor? mask = null, DType? dtype = null)
    {
        using var scope = TensorScope.Open("t5");
        var (x, bias, keyMask) = Embed(ids, mask, dtype);
        var states = new List<Tensor>(_blocks.Length + 1) { x };
        foreach (var block in _blocks)
            states.Add(block.Forward(states[^1], bias, keyMask));
        return [.. states.Select(scope.Keep)];
    }

    (Tensor States, Tensor Bias, Tensor? KeyMask) Embed(Tensor ids, Tensor? mask, DType? dtype)
    {
        // Longer texts would be right too, but a table of all pairs of tokens is no longer a small thing.
        const int longest = 1 << 13;
        var device = _tokens.Device;
        ids = TokenIds.Check(Network, ids, Config.Vocabulary, longest, device);
        var type = dtype ?? _tokens.DType;
        int length = ids.Shape[1];
        var buckets = Tensor.From(RelativePositions.Buckets(length, Config.Buckets, Config.FurthestDistance),
            [length, length], device);
        // The kernels want the keys of a query side by side, and all blocks read it.
        var bias = _distances.Value.Embedding(buckets).Permute(2, 0, 1).Unsqueeze(0).Cast(type).Contiguous();
        return (_tokens.Value.Embedding(ids).Cast(type), bias, TokenIds.KeyMask(Network, mask, ids, device));
    }
}
