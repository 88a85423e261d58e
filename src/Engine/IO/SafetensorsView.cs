using System.IO.MemoryMappedFiles;

namespace SuTI.Engine.IO;

/// <summary>A tensor's bytes mapped from its file: read without a copy, valid until disposal.</summary>
/// <remarks>
/// The only type of this room that handles a pointer. A span taken from a view must not be used after the view is
/// disposed of. Tensors need not be aligned in their file: read elements through unaligned loads or a copy.
/// </remarks>
public sealed unsafe class SafetensorsView : IDisposable
{
    readonly MemoryMappedFile? _map;
    readonly MemoryMappedViewAccessor? _accessor;
    byte* _first;

    internal SafetensorsView(FileStream file, long offset, long length)
    {
        Length = length;
        // A map of length 0 would mean "to the end of the file".
        if (length == 0)
            return;
        _map = MemoryMappedFile.CreateFromFile(
            file.SafeFileHandle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        try
        {
            _accessor = _map.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read);
            byte* page = null;
            _accessor.SafeMemoryMappedViewHandle.AcquirePointer(ref page);
            _first = page + _accessor.PointerOffset;
        }
        catch
        {
            _accessor?.Dispose();
            _map.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of the tensor.</summary>
    public long Length { get; }

    /// <summary><paramref name="length"/> bytes, the first <paramref name="offset"/> bytes into the tensor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not lie within the tensor.</exception>
    /// <exception cref="ObjectDisposedException">The view is closed.</exception>
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        ObjectDisposedException.ThrowIf(_first == null && Length > 0, this);
        return new ReadOnlySpan<byte>(_first + offset, length);
    }

    public void Dispose()
    {
        if (_first == null)
            return;
        _first = null;
        _accessor!.SafeMemoryMappedViewHandle.ReleasePointer();
        _accessor.Dispose();
        _map!.Dispose();
    }
}
