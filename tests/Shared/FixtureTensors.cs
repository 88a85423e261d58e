using System.Runtime.InteropServices;
using SuTI.Engine.IO;

namespace SuTI.Tests;

static class FixtureTensors
{
    /// <summary>A stored tensor; f32 and f64 become <paramref name="dtype"/>, unsigned bytes are conditions.</summary>
    public static Tensor Read(SafetensorsFile file, string name, DType dtype)
    {
        var entry = file.Entry(name);
        int[] shape = [.. entry.Shape.Select(length => (int)length)];
        byte[] bytes = new byte[entry.ByteCount];
        file.ReadInto(name, bytes);
        return entry.Type switch
        {
            SafetensorsType.F32 when dtype == DType.Float64
                => Tensor.From(Array.ConvertAll(Cast<float>(bytes), value => (double)value), shape),
            SafetensorsType.F32 => Tensor.From(Cast<float>(bytes), shape).Cast(dtype),
            SafetensorsType.F64 when dtype == DType.Float64 => Tensor.From(Cast<double>(bytes), shape),
            SafetensorsType.F64
                => Tensor.From(Array.ConvertAll(Cast<double>(bytes), value => (float)value), shape).Cast(dtype),
            SafetensorsType.I64 => Tensor.From(Cast<long>(bytes), shape),
            SafetensorsType.I32 => Tensor.From(Cast<int>(bytes), shape),
            SafetensorsType.U8 or SafetensorsType.BOOL
                => Tensor.From(Array.ConvertAll(bytes, value => value != 0), shape),
            _ => throw new NotSupportedException($"{name}: element type {entry.Type}"),
        };

        static T[] Cast<T>(byte[] bytes) where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes.AsSpan()).ToArray();
    }
}
