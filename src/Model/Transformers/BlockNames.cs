namespace SuTI.Model.Transformers;

/// <summary>What a published library calls the parts of a transformer block.</summary>
sealed record BlockNames(string Norm1, string Query, string Key, string Value, string Output, string Norm2, string Up,
    string Down)
{
    internal static BlockNames Clip { get; } = new("layer_norm1", "self_attn.q_proj", "self_attn.k_proj",
        "self_attn.v_proj", "self_attn.out_proj", "layer_norm2", "mlp.fc1", "mlp.fc2");

    internal static BlockNames Vit { get; } = new("layernorm_before", "attention.attention.query",
        "attention.attention.key", "attention.attention.value", "attention.output.dense", "layernorm_after",
        "intermediate.dense", "output.dense");
}
