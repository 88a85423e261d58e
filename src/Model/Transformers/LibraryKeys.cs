using SuTI.Engine;
using SuTI.Model.Folders;

namespace SuTI.Model.Transformers;

/// <summary>Keys that the published library writes into the configuration of every network.</summary>
static class LibraryKeys
{
    // Versions, names, what a run returns, and options of text generation and of other heads.
    static readonly string[] s_withoutMeaning =
    [
        "_attn_implementation_autoset", "_attn_implementation_internal", "_commit_hash", "_name_or_path",
        "_output_attentions", "architectures", "attn_implementation", "auto_map", "bad_words_ids",
        "begin_suppress_tokens", "bos_token_id", "decoder_start_token_id", "diversity_penalty", "do_sample", "dtype",
        "early_stopping", "encoder_no_repeat_ngram_size", "eos_token_id", "experts_implementation",
        "exponential_decay_length_penalty", "finetuning_task", "forced_bos_token_id", "forced_eos_token_id",
        "gradient_checkpointing", "id2label", "initializer_factor", "initializer_range", "is_composition",
        "is_encoder_decoder", "label2id",
        "length_penalty", "max_length", "min_length", "model_type", "no_repeat_ngram_size", "num_beam_groups",
        "num_beams", "num_labels", "num_return_sequences", "output_attentions", "output_hidden_states",
        "output_scores", "pad_token_id", "prefix", "problem_type", "remove_invalid_values",
        "repetition_penalty", "return_dict", "return_dict_in_generate", "sep_token_id", "suppress_tokens",
        "task_specific_params", "temperature", "tf_legacy_loss", "tie_encoder_decoder", "tie_word_embeddings",
        "tokenizer_class", "top_k", "top_p", "torch_dtype", "torchscript", "transformers_version", "typical_p",
        "use_bfloat16", "use_cache",
    ];

    /// <summary>Accepts them; those that would make another network are accepted at their neutral value only.</summary>
    /// <exception cref="SutiException">A decoder, cross-attention or pruned heads are asked for.</exception>
    internal static void ReadLibraryKeys(this JsonConfig config)
    {
        config.Ignore(s_withoutMeaning);
        config.Only("add_cross_attention", "false");
        config.Only("cross_attention_hidden_size", "null");
        config.Only("is_decoder", "false");
        config.Only("pruned_heads", "{}");
        // Cuts a layer's work into parts, which changes no result.
        config.Ignore("chunk_size_feed_forward");
    }
}
