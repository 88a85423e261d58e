using System.Buffers;
using System.Runtime.InteropServices;
using SuTI.Engine.IO;
using SuTI.Kernels;

namespace SuTI.Engine.Layers;

/// <summary>
/// Fills parameters from a source, in pieces of a few MiB that all threads read, convert and permute at once, straight
/// into the parameters' memory. Beside that it needs two pieces a thread.
/// </summary>
/// <remarks>
/// Both layouts have the output channel outermost, so that the same range of elements is a piece in the file and in
/// the engine as long as it consists of whole output channels.
/// </remarks>
sealed class WeightLoader(IWeightSource source, Device device)
{
    const int PieceBytes = 2 << 20;

    static readonly CpuDevice s_host = Device.Cpu;
    readonly List<Piece> _pieces = [];

    /// <param name="loads">Whose shapes and types have been checked.</param>
    public void Load(IReadOnlyList<(Parameter Parameter, WeightEntry Entry)> loads)
    {
        foreach (var (parameter, entry) in loads)
            Divide(parameter, entry);
        if (device == Device.Cpu)
            s_host.Pool.For(_pieces.Count, new ToHost(this));
        else
            Upload();
        foreach (var (parameter, _) in loads)
            parameter.Memory().Storage.MarkChanged();
    }

    void Divide(Parameter parameter, WeightEntry entry)
    {
        var tensor = parameter.Memory();
        long channels = parameter.Shape.Rank > 0 ? parameter.Shape[parameter.Shape.Rank - 1] : 1;
        long unit = 1, pixels = 1;
        if (parameter.Layout == CheckpointLayout.ChannelsFirst && parameter.Shape.Rank >= 3 && entry.ElementCount > 0)
        {
            unit = entry.ElementCount / parameter.Shape[0];
            pixels = unit / channels;
        }
        if (pixels == 1 || channels == 1)
            (unit, pixels) = (1, 1);
        int widest = Math.Max(entry.Type.ElementBytes(), tensor.DType.Size());
        if (unit > int.MaxValue / widest)
            throw new SutiException($"parameter {parameter.Path}", "one output channel must fit a buffer",
                $"{int.MaxValue} bytes", $"{unit} elements");
        long step = Math.Max(1, PieceBytes / widest / unit) * unit;
        for (long begin = 0; begin < entry.ElementCount; begin += step)
            _pieces.Add(new(tensor, entry, begin, (int)Math.Min(step, entry.ElementCount - begin), (int)pixels,
                (int)channels));
    }

    // A piece for each thread, then one after the other to the device.
    void Upload()
    {
        int threads = s_host.Pool.Threads;
        byte[][] buffers = new byte[threads][];
        try
        {
            for (int first = 0; first < _pieces.Count; first += threads)
            {
                int count = Math.Min(threads, _pieces.Count - first);
                for (int i = 0; i < count; i++)
                    Grow(ref buffers[i], _pieces[first + i].Bytes);
                s_host.Pool.For(count, new ToBuffers(this, first, buffers));
                for (int i = 0; i < count; i++)
                {
                    var piece = _pieces[first + i];
                    device.Upload(buffers[i].AsSpan(0, piece.Bytes), piece.Tensor.Storage, piece.Position);
                }
            }
        }
        finally
        {
            foreach (byte[] buffer in buffers.Where(buffer => buffer is not null))
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static void Grow(ref byte[] buffer, int bytes)
    {
        if (buffer is not null && buffer.Length >= bytes)
            return;
        if (buffer is not null)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = ArrayPool<byte>.Shared.Rent(bytes);
    }

    void Read(Piece piece, Span<byte> destination)
    {
        var entry = piece.Entry;
        int stored = entry.Type.ElementBytes();
        var from = CheckpointTypes.OfFile(entry.Type)!.Value;
        bool isSame = from == piece.Tensor.DType;
        if (isSame && piece.Pixels == 1)
        {
            source.ReadInto(entry.Name, piece.Begin * stored, destination);
            return;
        }
        int bytes = piece.Count * stored;
        byte[] raw = ArrayPool<byte>.Shared.Rent(bytes);
        byte[]? cast = null;
        try
        {
            source.ReadInto(entry.Name, piece.Begin * stored, raw.AsSpan(0, bytes));
            var values = raw.AsSpan(0, bytes);
            if (!isSame)
            {
                if (piece.Pixels > 1)
                    cast = ArrayPool<byte>.Shared.Rent(destination.Length);
                var converted = cast is null ? destination : cast.AsSpan(0, destination.Length);
                Convert(from, piece.Tensor.DType, values, converted);
                values = converted;
            }
            if (piece.Pixels > 1)
                Permute(piece, values, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
            if (cast is not null)
                ArrayPool<byte>.Shared.Return(cast);
        }
    }

    internal static void Convert(DType from, DType to, Span<byte> x, Span<byte> y)
    {
        switch (from)
        {
            case DType.Float32: From<float>(to, x, y); break;
            case DType.Float64: From<double>(to, x, y); break;
            case DType.Float16: From<Half>(to, x, y); break;
            default: From<BFloat16>(to, x, y); break;
        }

        static void From<T>(DType to, Span<byte> x, Span<byte> y) where T : unmanaged
        {
            ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(x);
            switch (to)
            {
                case DType.Float32: CastCpu.Cast(s_host.Pool, values, MemoryMarshal.Cast<byte, float>(y)); break;
                case DType.Float64: CastCpu.Cast(s_host.Pool, values, MemoryMarshal.Cast<byte, double>(y)); break;
                case DType.Float16: CastCpu.Cast(s_host.Pool, values, MemoryMarshal.Cast<byte, Half>(y)); break;
                default: CastCpu.Cast(s_host.Pool, values, MemoryMarshal.Cast<byte, BFloat16>(y)); break;
            }
        }
    }

    // (outputs, channels, pixels) to (outputs, pixels, channels).
    static void Permute(Piece piece, Span<byte> x, Span<byte> y)
    {
        switch (piece.Tensor.DType.Size())
        {
            case 2: Move<ushort>(piece, x, y); break;
            case 4: Move<uint>(piece, x, y); break;
            default: Move<ulong>(piece, x, y); break;
        }

        static void Move<T>(Piece piece, Span<byte> x, Span<byte> y) where T : unmanaged
            => CopyCpu.ToContiguous(s_host.Pool, MemoryMarshal.Cast<byte, T>(x), MemoryMarshal.Cast<byte, T>(y),
                [piece.Count / (piece.Pixels * piece.Channels), piece.Pixels, piece.Channels],
                [piece.Pixels * piece.Channels, 1, piece.Pixels]);
    }

    readonly record struct Piece(Tensor Tensor, WeightEntry Entry, long Begin, int Count, int Pixels, int Channels)
    {
        public int Bytes => Count * Tensor.DType.Size();

        public long Position => (Tensor.Offset + Begin) * Tensor.DType.Size();
    }

    readonly struct ToHost(WeightLoader loader) : IParallelBody
    {
        public void Run(int chunk)
        {
            var piece = loader._pieces[chunk];
            loader.Read(piece, piece.Tensor.Bytes(piece.Begin * piece.Tensor.DType.Size(), piece.Bytes));
        }
    }

    readonly struct ToBuffers(WeightLoader loader, int first, byte[][] buffers) : IParallelBody
    {
        public void Run(int chunk)
        {
            var piece = loader._pieces[first + chunk];
            loader.Read(piece, buffers[chunk].AsSpan(0, piece.Bytes));
        }
    }
}
