using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace SuTI.Engine.Cuda;

/// <summary>What distinguishes one compiled form of a kernel file from another.</summary>
/// <param name="File">As <see cref="Kernels.KernelText"/> names it; empty if the formula is the whole text.</param>
/// <param name="Constants">NAME=value pairs, separated by spaces.</param>
/// <param name="Formula">Text that stands before the file's own: the expressions of an elementwise op.</param>
readonly record struct KernelVariant(string File, string Constants, string Formula = "")
{
    public override string ToString() => Constants.Length == 0 ? File : $"{File} {Constants}";
}

/// <summary>Writes "file NAME=value …" into a buffer of the thread, so that a kernel is looked up without allocating.</summary>
[InterpolatedStringHandler]
[SuppressMessage("Performance", "CA1822", Justification = "The compiler calls handlers through instances.")]
readonly ref struct KernelConstants
{
    [ThreadStatic]
    static char[]? s_buffer;

    [ThreadStatic]
    static int s_length;

    public KernelConstants(int literalLength, int formattedCount, string file)
    {
        _ = (literalLength, formattedCount);
        s_buffer ??= new char[512];
        s_length = 0;
        AppendLiteral(file);
        AppendLiteral(" ");
    }

    /// <summary>File and constants, valid until the next is written.</summary>
    internal static ReadOnlySpan<char> Written => s_buffer.AsSpan(0, s_length);

    public void AppendLiteral(string text)
    {
        text.CopyTo(s_buffer.AsSpan(s_length));
        s_length += text.Length;
    }

    public void AppendFormatted(string text) => AppendLiteral(text);

    public void AppendFormatted(int value)
    {
        value.TryFormat(s_buffer.AsSpan(s_length), out int written, default, CultureInfo.InvariantCulture);
        s_length += written;
    }

    public void AppendFormatted(bool value) => AppendFormatted(value ? 1 : 0);

    /// <summary>The type as kernels name it.</summary>
    public void AppendFormatted(DType type) => AppendLiteral(type switch
    {
        DType.Float32 => "float",
        DType.BFloat16 => "bf16",
        DType.Float16 => "f16",
        DType.Int32 => "i32",
        DType.Int64 => "i64",
        DType.Float64 => "double",
        _ => "u8",
    });
}
