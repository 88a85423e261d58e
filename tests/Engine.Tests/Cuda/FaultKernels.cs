using System.Runtime.InteropServices;
using SuTI.Engine.Cuda;
using SuTI.Kernels;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>The kernels of faults.cu, on memory that comes straight from the driver: one allocation each for p and out.</summary>
sealed unsafe class FaultKernels : IDisposable
{
    internal const int OutCount = 1024;

    static readonly string s_text = KernelText.Flatten("faults.cu", ReadText());

    readonly CudaDevice _device = Device.Cuda();
    readonly nint _out;
    bool _isFreed;

    /// <param name="count">Floats at p: 1, 2, 3 …</param>
    internal FaultKernels(int count = 128)
    {
        P = Allocate(count);
        _out = Allocate(OutCount);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = i + 1;
        fixed (float* from = values)
            _device.Stream.Upload(from, P, count * sizeof(float));
        _device.Stream.Set(_out, 0, OutCount * sizeof(float));
        Count = count;
    }

    internal nint P { get; }

    internal int Count { get; }

    /// <summary>Launches and waits.</summary>
    /// <returns>What was reported; empty if nothing was.</returns>
    internal string Run(string kernel, int threads = 32, int blocks = 1, int shared = 4096, int? n = null)
        => Report(() => Kernel(kernel).Launch(_device.Stream, new((uint)blocks), threads, shared, P, _out, n ?? Count));

    /// <summary>The same of a kernel that takes a tensor map over p: rows of 64 halves.</summary>
    internal string RunMapped(string kernel, int rows)
    {
        TensorMap map = default;
        ulong* lengths = stackalloc ulong[] { 64, (ulong)rows };
        ulong stride = 128;
        uint* box = stackalloc uint[] { 64, 8 };
        uint* steps = stackalloc uint[] { 1, 1 };
        const uint bf16 = 9;
        _device.Driver.Check(_device.Driver.TensorMapEncodeTiled(&map, bf16, 2, (void*)P, lengths, &stride, box, steps, 0, 0, 0, 0));
        Kernel(kernel).Launch(_device.Stream, new(1), 32, 4096, KernelArgument.Struct(ref map), _out);
        return Report(() => { });
    }

    internal float[] Out(int count = 32)
    {
        var values = new float[count];
        fixed (float* to = values)
            _device.Stream.Download(_out, to, count * sizeof(float));
        _device.Synchronize();
        return values;
    }

    internal CudaKernel Kernel(string entry) => _device.Kernel("", entry, s_text, $"FAULTS=1");

    /// <returns>What freeing p reports.</returns>
    internal string FreeP()
    {
        _isFreed = true;
        return Report(() => _device.Driver.Check(_device.Driver.MemFree((ulong)P)));
    }

    public void Dispose()
    {
        if (!_isFreed)
            _device.Driver.Check(_device.Driver.MemFree((ulong)P));
        _device.Driver.Check(_device.Driver.MemFree((ulong)_out));
    }

    nint Allocate(int floats)
    {
        ulong address;
        _device.Driver.Check(_device.Driver.MemAlloc(&address, (nuint)(floats * sizeof(float))));
        return (nint)address;
    }

    string Report(Action work)
    {
        try
        {
            work();
            _device.Synchronize();
            return "";
        }
        catch (CudaException reported)
        {
            return reported.Message;
        }
    }

    static string ReadText()
    {
        using var stream = typeof(FaultKernels).Assembly.GetManifestResourceStream("faults.cu")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    struct TensorMap
    {
    }
}
