namespace SuTI.Engine;

public sealed partial class Tensor
{
    const int TransferBytes = 8 << 20;

    /// <summary>The same values on another device; waits for this one.</summary>
    /// <remarks>A constant: gradients do not cross devices.</remarks>
    /// <returns>This tensor if it lies there already, else a contiguous copy.</returns>
    public Tensor To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device == Device)
            return this;
        var source = ContiguousValues();
        var target = Empty(Shape, DType, device);
        long bytes = Shape.Length * DType.Size();
        byte[] part = new byte[Math.Min(TransferBytes, bytes)];
        for (long done = 0; done < bytes; done += TransferBytes)
        {
            var piece = part.AsSpan(0, (int)Math.Min(TransferBytes, bytes - done));
            Device.Download(source.Storage, (source.Offset * DType.Size()) + done, piece);
            device.Upload(piece, target.Storage, done);
        }
        return target;
    }
}
