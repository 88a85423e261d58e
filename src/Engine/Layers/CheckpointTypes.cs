using SuTI.Engine.IO;

namespace SuTI.Engine.Layers;

/// <summary>The engine's floating-point types and those of weight files.</summary>
static class CheckpointTypes
{
    /// <summary>Null for what is no parameter: integers, complex numbers, 8-bit floats.</summary>
    public static DType? OfFile(SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => DType.Float32,
        SafetensorsType.F64 => DType.Float64,
        SafetensorsType.F16 => DType.Float16,
        SafetensorsType.BF16 => DType.BFloat16,
        _ => null,
    };

    public static SafetensorsType InFile(DType type) => type switch
    {
        DType.Float64 => SafetensorsType.F64,
        DType.Float16 => SafetensorsType.F16,
        DType.BFloat16 => SafetensorsType.BF16,
        _ => SafetensorsType.F32,
    };
}
