using System.Text.Json;
using SuTI.Engine;
using SuTI.Model.Folders;

namespace SuTI.Model.Transformers;

/// <summary>What a stack of equal blocks is made of.</summary>
/// <param name="Width">Of every token.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Heads">Of each attention; they divide the width.</param>
/// <param name="FeedForwardWidth">Between the two layers of a feed-forward part.</param>
/// <param name="NormEpsilon">Added to variances.</param>
/// <param name="HasQueryBias">Whether queries, keys and values have a bias.</param>
/// <param name="IsCausal">Whether a token sees only itself and those before it.</param>
public sealed record TransformerSizes(int Width, int Layers, int Heads, int FeedForwardWidth, Activation Activation,
    double NormEpsilon, bool HasQueryBias = true, bool IsCausal = false)
{
    /// <summary>From the keys that the text and image towers of the published library share.</summary>
    /// <exception cref="SutiException">A value of the wrong kind or out of bounds.</exception>
    internal static TransformerSizes Read(JsonConfig config, int width, int layers, int heads, int feedForwardWidth,
        string activation, double normEpsilon)
    {
        width = config.Size("hidden_size", width, ConfigBounds.LargestWidth);
        return new(width,
            config.Size("num_hidden_layers", layers, ConfigBounds.MostLayers),
            config.Heads("num_attention_heads", heads, width),
            config.Size("intermediate_size", feedForwardWidth, ConfigBounds.LargestWidth),
            config.ReadActivation("hidden_act", activation),
            config.Epsilon("layer_norm_eps", normEpsilon));
    }

    /// <summary>Writes the keys that <see cref="Read"/> reads.</summary>
    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("hidden_act"u8, Activation.Name());
        json.WriteNumber("hidden_size"u8, Width);
        json.WriteNumber("intermediate_size"u8, FeedForwardWidth);
        json.WriteNumber("layer_norm_eps"u8, NormEpsilon);
        json.WriteNumber("num_attention_heads"u8, Heads);
        json.WriteNumber("num_hidden_layers"u8, Layers);
    }
}
