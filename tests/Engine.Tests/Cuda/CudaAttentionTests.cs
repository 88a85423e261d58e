using System.Runtime.InteropServices;
using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>What the catalogue does not show of the attention kernels: banks of shared memory, and the order of threads.</summary>
public unsafe class CudaAttentionTests : LeakCheck
{
    // Of the emulator's counters (tests/Emulator/runtime.h).
    const int Counters = 9, Matrices = 6, Ways = 7;

    [SetUp]
    public void OnlyUnderEmulation()
    {
        if (!NativeLibraries.IsEmulated)
            Assert.Ignore("The counters are those of the emulated driver.");
    }

    [Test]
    public void Rows_of_matrices_lie_in_different_banks([Values(8, 16, 24, 32, 40, 64, 80, 160)] int width)
    {
        Step(width);
        ulong[] before = Read();
        Step(width);
        ulong[] after = Read();
        ulong matrices = after[Matrices] - before[Matrices];
        Assert.That(matrices, Is.GreaterThan(0));
        Assert.That((double)(after[Ways] - before[Ways]) / matrices, Is.EqualTo(1.0));
    }

    [Test]
    public void Results_do_not_depend_on_the_order_of_threads([Values(1, 2)] int order, [Values] bool lazyCopies)
    {
        var set = (delegate* unmanaged<int, uint, int, void>)NativeLibrary.GetExport(Emulator(), "emu_options");
        float[][] expected = Step(40);
        try
        {
            set(order, 7, lazyCopies ? 1 : 0);
            Assert.That(Step(40), Is.EqualTo(expected));
        }
        finally
        {
            set(Option("EMU_ORDER", 0), (uint)Option("EMU_SEED", 1), Option("EMU_LAZY", 1));
        }
    }

    // Forward and backward, over more than one tile of queries and of keys.
    static float[][] Step(int width)
    {
        using var scope = TensorScope.Open("step");
        var device = Device.Cuda();
        Tensor Draw(int length, int seed)
        {
            float[] values = new float[length * 2 * width];
            for (int i = 0; i < values.Length; i++)
                values[i] = (((i * 7) + (seed * 13)) % 31 - 15) / 16f;
            return Tensor.From(values, [1, length, 2, width], device).Cast(DType.BFloat16);
        }
        Tensor q = Draw(70, 1), k = Draw(77, 2), v = Draw(77, 3), dy = Draw(70, 4);
        foreach (var leaf in (Tensor[])[q, k, v])
            leaf.RequiresGradient = true;
        var y = Tensor.Attention(q, k, v);
        y.Backward(dy);
        return [.. ((Tensor[])[y, q.Gradient!, k.Gradient!, v.Gradient!]).Select(x => Array.ConvertAll(x.ToDoubles(), value => (float)value))];
    }

    static ulong[] Read()
    {
        ulong[] counters = new ulong[Counters];
        fixed (ulong* p = counters)
            ((delegate* unmanaged<ulong*, void>)NativeLibrary.GetExport(Emulator(), "emu_counters"))(p);
        return counters;
    }

    static nint Emulator() => NativeLibrary.Load(EmulatedDriver.Library);

    static int Option(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : otherwise;
}
