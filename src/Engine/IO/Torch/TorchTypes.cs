namespace SuTI.Engine.IO;

/// <summary>PyTorch's names of element types.</summary>
static class TorchTypes
{
    /// <summary>Of a storage class such as FloatStorage; null if it is not known.</summary>
    public static SafetensorsType? OfStorage(PickleGlobal storage)
    {
        if (storage.Module is not ("torch" or "torch.cuda" or "torch.storage"))
            return null;
        return storage.Name switch
        {
            "FloatStorage" => SafetensorsType.F32,
            "DoubleStorage" => SafetensorsType.F64,
            "HalfStorage" => SafetensorsType.F16,
            "BFloat16Storage" => SafetensorsType.BF16,
            "LongStorage" => SafetensorsType.I64,
            "IntStorage" => SafetensorsType.I32,
            "ShortStorage" => SafetensorsType.I16,
            "CharStorage" => SafetensorsType.I8,
            "ByteStorage" or "UntypedStorage" or "_UntypedStorage" => SafetensorsType.U8,
            "BoolStorage" => SafetensorsType.BOOL,
            "ComplexFloatStorage" => SafetensorsType.C64,
            _ => null,
        };
    }

    /// <summary>Of a dtype such as float32; null if it is not known.</summary>
    public static SafetensorsType? OfDType(string name) => name switch
    {
        "float32" => SafetensorsType.F32,
        "float64" => SafetensorsType.F64,
        "float16" => SafetensorsType.F16,
        "bfloat16" => SafetensorsType.BF16,
        "int64" => SafetensorsType.I64,
        "int32" => SafetensorsType.I32,
        "int16" => SafetensorsType.I16,
        "int8" => SafetensorsType.I8,
        "uint64" => SafetensorsType.U64,
        "uint32" => SafetensorsType.U32,
        "uint16" => SafetensorsType.U16,
        "uint8" => SafetensorsType.U8,
        "bool" => SafetensorsType.BOOL,
        "complex64" => SafetensorsType.C64,
        "float8_e4m3fn" => SafetensorsType.F8_E4M3,
        "float8_e5m2" => SafetensorsType.F8_E5M2,
        _ => null,
    };
}
