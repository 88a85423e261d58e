using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Transformers;

namespace SuTI.Model.Text;

/// <summary>
/// The text tower of CLIP: tokens and positions, causal pre-norm blocks, a last norm (Radford et al., Learning
/// Transferable Visual Models From Natural Language Supervision, 2021, section 2.4). Parameters are named as in
/// <c>CLIPTextModel</c> of the transformers library.
/// </summary>
public sealed class ClipTextEncoder
{
    const string Network = "clip text encoder";

    // Configurations written before the library looked for the end token carry this id, whatever the vocabulary says.
    const int UnsetEndToken = 2;

    readonly Parameter _tokens, _positions;
    readonly TransformerStack _layers;
    readonly LayerNorm _norm;

    /// <param name="p">Declares text_model.…</param>
    public ClipTextEncoder(ParameterScope p, ClipTextConfig config)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        var model = p["text_model"];
        int width = config.Sizes.Width;
        _tokens = model["embeddings.token_embedding"].Declare("weight", [config.Vocabulary, width],
            Initialiser.Normal(0.02));
        _positions = model["embeddings.position_embedding"].Declare("weight", [config.Positions, width],
            Initialiser.Normal(0.01));
        _layers = new(model["encoder.layers"], BlockNames.Clip, config.Sizes);
        _norm = new(model["final_layer_norm"], width, config.Sizes.NormEpsilon);
    }

    public ClipTextConfig Config { get; }

    /// <summary>The table of token vectors (vocabulary, width), which textual inversion trains.</summary>
    public Parameter TokenEmbedding => _tokens;

    /// <summary>
    /// From a key of a checkpoint to a path below the scope. Null for buffers and for the other parts of a whole CLIP.
    /// </summary>
    public static string? ParameterPath(string checkpointKey)
    {
        ArgumentNullException.ThrowIfNull(checkpointKey);
        bool isOther = checkpointKey.EndsWith(".position_ids", StringComparison.Ordinal)
            || checkpointKey.StartsWith("vision_model.", StringComparison.Ordinal)
            || checkpointKey is "visual_projection.weight" or "text_projection.weight" or "logit_scale";
        return isOther ? null : checkpointKey;
    }

    /// <summary>The state of each token, normed.</summary>
    /// <param name="ids">(N, L), i32 or i64, L up to the number of positions.</param>
    /// <param name="mask">(N, L), bool or numbers: 0 hides a token from those after it. Null hides none.</param>
    /// <param name="skip">Last layers left out: 1 gives the normed state before the last layer ("clip skip").</param>
    /// <param name="dtype">What is computed in; by default the type of the parameters.</param>
    /// <returns>(N, L, width)</returns>
    /// <exception cref="ShapeException">Ids or mask of another shape, or a text that is too long.</exception>
    /// <exception cref="SutiException">An id outside the vocabulary, or more layers left out than there are.
    /// </exception>
    public Tensor Forward(Tensor ids, Tensor? mask = null, int skip = 0, DType? dtype = null)
    {
        if (skip < 0 || skip > _layers.Layers)
            throw new SutiException(Network, "leaves out layers that it has", $"0 to {_layers.Layers}", $"{skip}");
        using var scope = TensorScope.Open("clip text");
        var (x, keyMask) = Embed(ids, mask, dtype);
        return scope.Keep(_norm.Forward(_layers.Forward(x, keyMask, _layers.Layers - skip)));
    }

    /// <summary>The embedded tokens, then the state after each layer; none of them normed.</summary>
    /// <inheritdoc cref="Forward"/>
    /// <returns>One more than there are layers, each (N, L, width).</returns>
    public IReadOnlyList<Tensor> HiddenStates(Tensor ids, Tensor? mask = null, DType? dtype = null)
    {
        using var scope = TensorScope.Open("clip text");
        var (x, keyMask) = Embed(ids, mask, dtype);
        return [.. _layers.States(x, keyMask).Select(scope.Keep)];
    }

    /// <summary>The last norm, for one of the <see cref="HiddenStates"/>.</summary>
    /// <param name="state">(N, L, width)</param>
    public Tensor Normalise(Tensor state) => _norm.Forward(state);

    /// <summary>
    /// The state at each text's end: the first place of the configuration's end token, as the library looks for it
    /// since its pull request 24773. A text without one, or every text if the configuration says 2, ends where its
    /// largest id first stands, as the original code and the library before have it.
    /// </summary>
    /// <param name="states">(N, L, width): what <see cref="Forward"/> returned.</param>
    /// <param name="ids">(N, L); read on the processor, which waits for the device.</param>
    /// <returns>(N, width)</returns>
    public Tensor Pool(Tensor states, Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(ids);
        if (states.Shape.Rank != 3 || ids.Shape != [states.Shape[0], states.Shape[1]])
            throw new ShapeException(Network, "states and ids are of the same texts",
                $"states ({ids.Shape.ToString().Trim('(', ')', '[', ']')}, width)", states.Shape.ToString());
        using var scope = TensorScope.Open("clip pool");
        long[] rows = EndRows(TokenIds.Read(ids), ids.Shape[1]);
        var at = Tensor.From(rows, [rows.Length], states.Device);
        return scope.Keep(states.Reshape(-1, states.Shape[2]).Embedding(at));
    }

    long[] EndRows(long[] ids, int length)
    {
        long[] rows = new long[ids.Length / length];
        for (int text = 0; text < rows.Length; text++)
        {
            var tokens = ids.AsSpan(text * length, length);
            int end = Config.EndToken == UnsetEndToken ? -1 : tokens.IndexOf(Config.EndToken);
            rows[text] = (text * (long)length) + (end >= 0 ? end : Largest(tokens));
        }
        return rows;
    }

    static int Largest(ReadOnlySpan<long> tokens)
    {
        int largest = 0;
        for (int i = 1; i < tokens.Length; i++)
        {
            if (tokens[i] > tokens[largest])
                largest = i;
        }
        return largest;
    }

    (Tensor States, Tensor? KeyMask) Embed(Tensor ids, Tensor? mask, DType? dtype)
    {
        ids = TokenIds.Check(Network, ids, Config.Vocabulary, Config.Positions, _tokens.Device);
        var x = _tokens.Value.Embedding(ids) + _positions.Value.Slice(0, 0, ids.Shape[1]);
        return (x.Cast(dtype ?? _tokens.DType), TokenIds.KeyMask(Network, mask, ids, _tokens.Device));
    }
}
