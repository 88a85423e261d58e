using System.Globalization;
using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Cuda;

/// <summary>
/// Matrix products of one device on cuBLASLt: descriptions and algorithms are made once a shape, and a call allocates nothing.
/// </summary>
/// <remarks>The workspace is ours and one for all, so that results repeat bit for bit and calls can be captured.</remarks>
sealed unsafe class CublasLt
{
    internal const int WorkspaceBytes = 32 << 20; // what NVIDIA recommends for Hopper

    // Shapes of a network are few; whoever makes new ones without end pays for looking them up again.
    const int MostPlans = 4096;
    const int TuningRuns = 5;

    readonly CublasLtApi _api;
    readonly DriverApi _driver;
    readonly nint _handle;
    readonly nint _workspace;
    readonly AlgorithmCache _cache;
    readonly Dictionary<ProductKey, Plan> _plans = [];

    /// <param name="machine">Names the device among cached algorithms.</param>
    internal CublasLt(CublasLtApi api, DriverApi driver, nint workspace, string machine, string? folder = null)
    {
        _api = api;
        _driver = driver;
        _workspace = workspace;
        _cache = new(folder ?? AlgorithmCache.DefaultFolder, string.Create(CultureInfo.InvariantCulture, $"cublasLt {api.GetVersion()} {machine}"));
        nint handle;
        api.Check(api.Create(&handle));
        _handle = handle;
    }

    /// <summary>Algorithms that were asked of the library's heuristics, read from files, and refused.</summary>
    internal int Chosen { get; private set; }

    internal int Read { get; private set; }

    internal int Refused { get; private set; }

    /// <summary>For tests: products with a bias are refused, as libraries may do for some types.</summary>
    internal bool RefusesBias { get; set; }

    /// <summary>Whether an algorithm is known: then nothing is asked or timed any more.</summary>
    internal bool Knows(in ProductKey key) => _plans.ContainsKey(key);

    /// <summary>D = A · B + beta · C (+ bias) by addresses.</summary>
    /// <param name="candidates">Algorithms to time when the product is first seen; below 2 the library's first choice is taken.</param>
    /// <param name="scratch">Where timing writes its results; as large as D.</param>
    /// <returns>False if the library has no algorithm for this product with a bias.</returns>
    internal bool TryMultiply(CudaStream stream, in ProductKey key, nint a, nint b, nint c, nint d, nint bias, int candidates = 0, nint scratch = 0)
    {
        if (RefusesBias && key.Bias is not null)
            return false;
        if (!_plans.TryGetValue(key, out var plan))
            plan = Add(stream, key, (a, b, c, bias), candidates, scratch);
        if (!plan.Works)
            return false;
        var recorder = LaunchRecorder.Active;
        var begin = recorder?.Begin(stream);
        _api.Check(Run(stream, plan, plan.Algorithm, a, b, key.C is null ? d : c, d, bias, key.C is null ? 0 : 1), "cublasLtMatmul");
        if (begin is not null)
            recorder!.End(stream, begin, "cublasLt product");
        return true;
    }

    int Run(CudaStream stream, Plan plan, in CublasLtAlgorithm algorithm, nint a, nint b, nint c, nint d, nint bias, float beta)
    {
        float alpha = 1;
        if (bias != 0)
            _api.Check(_api.MatmulDescSetAttribute(plan.Descriptor, CublasLtApi.BiasPointer, &bias, sizeof(ulong)));
        fixed (CublasLtAlgorithm* chosen = &algorithm)
        {
            return _api.Matmul(_handle, plan.Descriptor, &alpha, (ulong)a, plan.A, (ulong)b, plan.B, &beta, (ulong)c, plan.C, (ulong)d, plan.D,
                chosen, (ulong)_workspace, WorkspaceBytes, stream.Handle);
        }
    }

    Plan Add(CudaStream stream, in ProductKey key, (nint A, nint B, nint C, nint Bias) read, int candidates, nint scratch)
    {
        if (_plans.Count >= MostPlans)
        {
            foreach (var old in _plans.Values)
                Destroy(old);
            _plans.Clear();
        }
        var plan = Describe(key);
        if (_cache.TryRead(key, out var kept) && IsValid(plan, kept))
        {
            plan.Algorithm = kept;
            plan.Works = true;
            Read++;
        }
        else
        {
            Choose(stream, plan, key, read, candidates, scratch);
        }
        _plans.Add(key, plan);
        return plan;
    }

    void Choose(CudaStream stream, Plan plan, in ProductKey key, (nint A, nint B, nint C, nint Bias) read, int candidates, nint scratch)
    {
        int asked = Math.Clamp(candidates, 1, 64), found = 0;
        var results = stackalloc CublasLtHeuristic[asked];
        nint preference;
        _api.Check(_api.PreferenceCreate(&preference));
        nuint workspace = WorkspaceBytes;
        _api.Check(_api.PreferenceSetAttribute(preference, CublasLtApi.MaxWorkspace, &workspace, sizeof(ulong)));
        // The defaults promise 256 bytes, which views do not keep.
        ReadOnlySpan<int> alignments = [key.A.Alignment, key.B.Alignment, (key.C ?? key.D).Alignment, key.D.Alignment];
        for (int i = 0; i < alignments.Length; i++)
        {
            uint alignment = (uint)alignments[i];
            _api.Check(_api.PreferenceSetAttribute(preference, CublasLtApi.AlignmentA + i, &alignment, sizeof(uint)));
        }
        int status = _api.AlgoGetHeuristic(_handle, plan.Descriptor, plan.A, plan.B, plan.C, plan.D, preference, asked, results, &found);
        _api.Check(_api.PreferenceDestroy(preference));
        Chosen++;
        if (status != 0 || found == 0 || results[0].Status != 0)
        {
            Refused++;
            // Without a bias every product of ours is one that the library must know.
            if (key.Bias is null)
                _api.Check(status == 0 ? CublasLtApi.NotSupported : status, $"cublasLtMatmulAlgoGetHeuristic for {key}");
            return;
        }
        int best = found > 1 && scratch != 0 ? Fastest(stream, plan, results, found, read, scratch, key.C is null ? 0 : 1) : 0;
        plan.Algorithm = results[best].Algorithm;
        plan.Works = true;
        _cache.Write(key, plan.Algorithm);
    }

    // The median of a few runs each, after one that warms up.
    int Fastest(CudaStream stream, Plan plan, CublasLtHeuristic* results, int count, (nint A, nint B, nint C, nint Bias) read, nint d, float beta)
    {
        using var begin = new CudaEvent(_driver, timed: true);
        using var end = new CudaEvent(_driver, timed: true);
        var times = new double[TuningRuns];
        int best = 0;
        double least = double.PositiveInfinity;
        for (int i = 0; i < count; i++)
        {
            int status = results[i].Status;
            for (int run = -1; run < TuningRuns && status == 0; run++)
            {
                begin.Record(stream);
                status = Run(stream, plan, results[i].Algorithm, read.A, read.B, read.C, d, read.Bias, beta);
                end.Record(stream);
                end.Synchronize();
                if (run >= 0)
                    times[run] = end.Since(begin);
            }
            Array.Sort(times);
            if (status == 0 && times[TuningRuns / 2] < least)
                (least, best) = (times[TuningRuns / 2], i);
        }
        return best;
    }

    bool IsValid(Plan plan, CublasLtAlgorithm algorithm)
    {
        CublasLtHeuristic result;
        return _api.AlgoCheck(_handle, plan.Descriptor, plan.A, plan.B, plan.C, plan.D, &algorithm, &result) == 0
            && result.Status == 0 && result.WorkspaceBytes <= WorkspaceBytes;
    }

    Plan Describe(in ProductKey key)
    {
        nint descriptor;
        _api.Check(_api.MatmulDescCreate(&descriptor, key.Tf32 ? CublasLtApi.ComputeTf32 : CublasLtApi.ComputeFloat32, CublasLtApi.Float32));
        Set(descriptor, CublasLtApi.TransposeA, key.A.IsTransposed ? 1 : 0);
        Set(descriptor, CublasLtApi.TransposeB, key.B.IsTransposed ? 1 : 0);
        if (key.Bias is { } bias)
        {
            Set(descriptor, CublasLtApi.Epilogue, CublasLtApi.EpilogueBias);
            Set(descriptor, CublasLtApi.BiasType, TypeOf(bias));
        }
        var d = Layout(key.D, key.Batch);
        return new() { Descriptor = descriptor, A = Layout(key.A, key.Batch), B = Layout(key.B, key.Batch), C = key.C is { } c ? Layout(c, key.Batch) : d, D = d };
    }

    void Set(nint descriptor, int attribute, int value) => _api.Check(_api.MatmulDescSetAttribute(descriptor, attribute, &value, sizeof(int)));

    nint Layout(in ProductOperand x, int batch)
    {
        nint layout;
        _api.Check(_api.MatrixLayoutCreate(&layout, TypeOf(x.DType), (ulong)x.Rows, (ulong)x.Columns, x.Leading));
        if (batch > 1)
        {
            long step = x.Step;
            _api.Check(_api.MatrixLayoutSetAttribute(layout, CublasLtApi.LayoutBatch, &batch, sizeof(int)));
            _api.Check(_api.MatrixLayoutSetAttribute(layout, CublasLtApi.LayoutBatchStride, &step, sizeof(long)));
        }
        return layout;
    }

    void Destroy(Plan plan)
    {
        _api.Check(_api.MatmulDescDestroy(plan.Descriptor));
        foreach (nint layout in (nint[])[plan.A, plan.B, plan.D])
            _api.Check(_api.MatrixLayoutDestroy(layout));
        if (plan.C != plan.D)
            _api.Check(_api.MatrixLayoutDestroy(plan.C));
    }

    static int TypeOf(DType type) => type switch
    {
        DType.BFloat16 => CublasLtApi.BFloat16,
        DType.Float16 => CublasLtApi.Float16,
        _ => CublasLtApi.Float32,
    };

    sealed class Plan
    {
        internal CublasLtAlgorithm Algorithm;

        internal required nint Descriptor { get; init; }

        internal required nint A { get; init; }

        internal required nint B { get; init; }

        internal required nint C { get; init; }

        internal required nint D { get; init; }

        internal bool Works { get; set; }
    }
}
