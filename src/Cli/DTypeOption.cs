using System.CommandLine;
using SuTI.Engine;

namespace SuTI.Cli;

/// <summary>Element types by their short names.</summary>
static class DTypeOption
{
    static readonly DType[] s_types = [DType.Float32, DType.BFloat16, DType.Float16];

    internal static Option<string> Create(string otherwise) => new("--dtype")
    {
        Description = "Types of elements, separated by commas: f32, bf16, f16 (the halves under CUDA only).",
        DefaultValueFactory = _ => otherwise,
    };

    /// <exception cref="DTypeException">There is no such type.</exception>
    internal static DType[] Parse(string list) => Array.ConvertAll(list.Split(','), name =>
    {
        int index = Array.FindIndex(s_types, type => type.Label() == name);
        return index >= 0 ? s_types[index] : throw new DTypeException("--dtype", "takes types separated by commas", "f32, bf16, f16", name);
    });
}
