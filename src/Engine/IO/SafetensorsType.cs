namespace SuTI.Engine.IO;

/// <summary>The element types of the safetensors format; members carry the format's own names.</summary>
/// <remarks>The sub-byte types (F4, F6_…) are refused as unknown: their elements do not start on bytes.</remarks>
public enum SafetensorsType
{
    BOOL,
    U8,
    I8,
    F8_E4M3,
    F8_E5M2,
    F8_E8M0,
    U16,
    I16,
    F16,
    BF16,
    U32,
    I32,
    F32,
    U64,
    I64,
    F64,
    C64,
}
