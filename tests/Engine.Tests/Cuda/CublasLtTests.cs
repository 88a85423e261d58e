using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>cuBLASLt's product, emulated or real, against plain sums: D = epilogue(alpha · op(A) · op(B) + beta · C), column-major.</summary>
public unsafe class CublasLtTests : LeakCheck
{
    const int M = 8, N = 16, K = 24, Batch = 3;
    const int AuxPointer = 11, AuxLeading = 12, EpilogueGeluAux = 160, EpilogueGeluAuxBias = 164;

    static CudaDevice Cuda => Device.Cuda();

    static IEnumerable<TestCaseData> Products()
    {
        foreach (var type in (DType[])[DType.Float32, DType.BFloat16, DType.Float16])
        {
            foreach (bool a in (bool[])[false, true])
            {
                foreach (bool b in (bool[])[false, true])
                    yield return new(type, a, b, CublasLtApi.EpilogueDefault, 0.0f);
            }
        }
        yield return new(DType.Float32, false, false, CublasLtApi.EpilogueDefault, 0.5f);
        yield return new(DType.BFloat16, true, false, CublasLtApi.EpilogueBias, 0.0f);
        yield return new(DType.BFloat16, true, false, CublasLtApi.EpilogueGelu, 0.0f);
        yield return new(DType.BFloat16, false, true, CublasLtApi.EpilogueGeluBias, 0.0f);
        yield return new(DType.Float16, true, false, EpilogueGeluAux, 0.0f);
        yield return new(DType.Float16, true, false, EpilogueGeluAuxBias, 0.0f);
    }

    [TestCaseSource(nameof(Products))]
    public void Product(DType type, bool transposeA, bool transposeB, int epilogue, float beta)
    {
        using var scope = TensorScope.Open("product");
        // Leading dimensions beyond the rows, and gaps between the members of the batch.
        int lda = (transposeA ? K : M) + 8, ldb = (transposeB ? N : K) + 16, ldd = M + 8;
        var a = Values(type, Batch * lda * (transposeA ? M : K), 1);
        var b = Values(type, Batch * ldb * (transposeB ? K : N), 2);
        var bias = Values(type, M, 3);
        var d = Values(type, Batch * ldd * N, 4);
        var aux = Values(type, Batch * ldd * N, 5);
        double[] va = a.ToDoubles(), vb = b.ToDoubles(), vc = d.ToDoubles(), vbias = bias.ToDoubles();
        int strideA = va.Length / Batch, strideB = vb.Length / Batch, strideD = vc.Length / Batch;
        bool hasBias = (epilogue & 4) != 0, hasGelu = (epilogue & 32) != 0, hasAux = (epilogue & 128) != 0;
        // One product of the batch at a time where the auxiliary output, which has no stride here, is asked for.
        int batch = hasAux ? 1 : Batch;
        Multiply(type, transposeA, transposeB, epilogue, beta, batch, (a, lda, strideA), (b, ldb, strideB), (d, ldd, strideD), bias, aux);
        double[] found = d.ToDoubles(), foundAux = aux.ToDoubles();
        double roundoff = type == DType.Float32 ? 1e-6 : type == DType.BFloat16 ? 1.0 / 256 : 1.0 / 2048;
        Assert.Multiple(() =>
        {
            for (int s = 0; s < batch; s++)
            {
                for (int i = 0; i < M; i++)
                {
                    for (int j = 0; j < N; j++)
                    {
                        double sum = 0, magnitude = 0;
                        for (int k = 0; k < K; k++)
                        {
                            double term = va[(s * strideA) + (transposeA ? (i * lda) + k : (k * lda) + i)]
                                * vb[(s * strideB) + (transposeB ? (k * ldb) + j : (j * ldb) + k)];
                            sum += term;
                            magnitude += Math.Abs(term);
                        }
                        int at = (s * strideD) + (j * ldd) + i;
                        double y = (2 * sum) + (beta * vc[at]) + (hasBias ? vbias[i] : 0);
                        double bound = (roundoff * Math.Abs(y)) + (2 * K * 1.2e-7 * magnitude) + 1e-6;
                        if (hasAux)
                            Assert.That(foundAux[at], Is.EqualTo(y).Within(bound));
                        if (hasGelu)
                            y = 0.5 * y * (1 + Math.Tanh(0.7978845608028654 * (y + (0.044715 * y * y * y))));
                        Assert.That(found[at], Is.EqualTo(y).Within((2 * bound) + (hasGelu ? roundoff * Math.Abs(y) : 0)), $"{s} {i} {j}");
                    }
                }
            }
            for (int s = 0; s < batch; s++)
                Assert.That(found[(s * strideD) + M], Is.EqualTo(vc[(s * strideD) + M]), "rows beyond the matrix stay");
        });
    }

    [Test]
    public void Sizes_that_do_not_fit_are_refused()
    {
        using var scope = TensorScope.Open("product");
        var d = Values(DType.Float32, 64, 1);
        var api = Cuda.Runtime.CublasLt;
        nint descriptor, a, b, y, preference;
        api.Check(api.MatmulDescCreate(&descriptor, CublasLtApi.ComputeFloat32, CublasLtApi.Float32));
        api.Check(api.MatrixLayoutCreate(&a, CublasLtApi.Float32, 4, 5, 4));
        api.Check(api.MatrixLayoutCreate(&b, CublasLtApi.Float32, 4, 4, 4));
        api.Check(api.MatrixLayoutCreate(&y, CublasLtApi.Float32, 4, 4, 4));
        api.Check(api.PreferenceCreate(&preference));
        nint handle;
        api.Check(api.Create(&handle));
        CublasLtHeuristic heuristic;
        int count;
        int status = api.AlgoGetHeuristic(handle, descriptor, a, b, y, y, preference, 1, &heuristic, &count);
        Assert.That(status != 0 || count == 0, "4 x 5 times 4 x 4");
        api.Check(api.Destroy(handle));
        api.Check(api.PreferenceDestroy(preference));
        foreach (nint layout in (nint[])[a, b, y])
            api.Check(api.MatrixLayoutDestroy(layout));
        api.Check(api.MatmulDescDestroy(descriptor));
        GC.KeepAlive(d);
    }

    static void Multiply(DType type, bool transposeA, bool transposeB, int epilogue, float beta, int batch,
        (Tensor Values, int Leading, int Stride) a, (Tensor Values, int Leading, int Stride) b, (Tensor Values, int Leading, int Stride) d, Tensor bias, Tensor aux)
    {
        var api = Cuda.Runtime.CublasLt;
        int number = type == DType.Float32 ? CublasLtApi.Float32 : type == DType.BFloat16 ? CublasLtApi.BFloat16 : CublasLtApi.Float16;
        nint handle, descriptor;
        api.Check(api.Create(&handle));
        api.Check(api.MatmulDescCreate(&descriptor, CublasLtApi.ComputeFloat32, CublasLtApi.Float32));
        nint description = descriptor;
        void Set(int attribute, long value, int bytes) => api.Check(api.MatmulDescSetAttribute(description, attribute, &value, (nuint)bytes));
        Set(CublasLtApi.TransposeA, transposeA ? 1 : 0, 4);
        Set(CublasLtApi.TransposeB, transposeB ? 1 : 0, 4);
        Set(CublasLtApi.Epilogue, epilogue, 4);
        if ((epilogue & 4) != 0)
        {
            Set(CublasLtApi.BiasPointer, Address(bias), 8);
            Set(CublasLtApi.BiasType, number, 4);
        }
        if ((epilogue & 128) != 0)
        {
            Set(AuxPointer, Address(aux), 8);
            Set(AuxLeading, d.Leading, 8);
        }
        nint Layout(int rows, int columns, int leading, long stride)
        {
            nint layout;
            int members = batch;
            api.Check(api.MatrixLayoutCreate(&layout, number, (ulong)rows, (ulong)columns, leading));
            api.Check(api.MatrixLayoutSetAttribute(layout, CublasLtApi.LayoutBatch, &members, 4));
            api.Check(api.MatrixLayoutSetAttribute(layout, CublasLtApi.LayoutBatchStride, &stride, 8));
            return layout;
        }
        nint la = Layout(transposeA ? K : M, transposeA ? M : K, a.Leading, a.Stride);
        nint lb = Layout(transposeB ? N : K, transposeB ? K : N, b.Leading, b.Stride);
        nint ld = Layout(M, N, d.Leading, d.Stride);
        nint preference;
        api.Check(api.PreferenceCreate(&preference));
        CublasLtHeuristic found;
        int count;
        api.Check(api.AlgoGetHeuristic(handle, descriptor, la, lb, ld, ld, preference, 1, &found, &count));
        Assert.That(count, Is.EqualTo(1));
        float alpha = 2;
        api.Check(api.Matmul(handle, descriptor, &alpha, (ulong)Address(a.Values), la, (ulong)Address(b.Values), lb, &beta,
            (ulong)Address(d.Values), ld, (ulong)Address(d.Values), ld, &found.Algorithm, 0, 0, Cuda.Stream.Handle));
        Cuda.Synchronize();
        api.Check(api.PreferenceDestroy(preference));
        foreach (nint layout in (nint[])[la, lb, ld])
            api.Check(api.MatrixLayoutDestroy(layout));
        api.Check(api.MatmulDescDestroy(descriptor));
        api.Check(api.Destroy(handle));
    }

    static nint Address(Tensor tensor) => tensor.Storage.Address + ((nint)tensor.Offset * tensor.DType.Size());

    static Tensor Values(DType type, int count, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)((random.NextDouble() * 2) - 1);
        return Tensor.From(values, [count], Cuda).Cast(type);
    }
}
