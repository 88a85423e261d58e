namespace SuTI.Kernels.Tests;

/// <summary>A formula on one vector, to be run over an array in tests.</summary>
interface IMap
{
    static abstract V Apply<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;
}

/// <summary>Runs <typeparamref name="TMap"/> over an array, with whole vectors and a partial one.</summary>
static unsafe class Map<TMap> where TMap : struct, IMap
{
    public static T[] Over<T>(T[] x) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var y = new T[x.Length];
        fixed (T* px = x, py = y)
        {
            var kernel = new Kernel(px, py);
            Simd.Run<T, Kernel>(ref kernel, 0, x.Length);
        }
        return y;
    }

    readonly struct Kernel(void* x, void* y) : ISimdKernel
    {
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            int i = begin;
            for (; i + TVector.Count <= end; i += TVector.Count)
                TVector.Store(TMap.Apply<TVector, T>(TVector.Load((T*)x + i)), (T*)y + i);
            TVector.StorePartial(TMap.Apply<TVector, T>(TVector.LoadPartial((T*)x + i, end - i)), (T*)y + i, end - i);
        }
    }
}
