using System.Numerics;

namespace SuTI.Kernels.Tests;

/// <summary>
/// One attention with random inputs: runs the kernel on strided, fenced buffers and a plain loop in double beside it.
/// </summary>
sealed class AttentionCase
{
    // Room between the tokens, as in a fused projection, which no kernel may touch.
    const int Gap = 3;

    public required AttentionSizes Sizes { get; init; }

    public double Scale { get; init; } = 0.3;

    public bool IsCausal { get; init; }

    public bool HasMask { get; init; }

    public bool HasBias { get; init; }

    public bool BiasSharesSamples { get; init; } = true;

    public bool BiasSharesHeads { get; init; }

    /// <summary>(N, H, L, D) instead of (N, L, H, D).</summary>
    public bool HeadsFirst { get; init; }

    public int Seed { get; init; } = 1;

    int AllKeys => Sizes.Keys + Sizes.ExtraKeys;

    int BiasSamples => BiasSharesSamples ? 1 : Sizes.Batch;

    int BiasHeads => BiasSharesHeads ? 1 : Sizes.Heads;

    public double[] Q => Values(1, Sizes.Batch * Sizes.Queries * Sizes.Heads * Sizes.HeadDim);

    public double[] K => Values(2, Sizes.Batch * Sizes.Keys * Sizes.Heads * Sizes.HeadDim);

    public double[] V => Values(3, Sizes.Batch * Sizes.Keys * Sizes.Heads * Sizes.HeadDim);

    public double[] ExtraK => Values(4, Sizes.Batch * Sizes.ExtraKeys * Sizes.Heads * Sizes.HeadDim);

    public double[] ExtraV => Values(5, Sizes.Batch * Sizes.ExtraKeys * Sizes.Heads * Sizes.HeadDim);

    public double[] DO => Values(6, Sizes.Batch * Sizes.Queries * Sizes.Heads * Sizes.HeadDim);

    public double[] Bias => HasBias ? Values(7, BiasSamples * BiasHeads * Sizes.Queries * AllKeys) : [];

    /// <summary>Some keys masked; all of them for the last of several samples.</summary>
    public byte[] Mask
    {
        get
        {
            var random = new Random(Seed);
            var mask = new byte[HasMask ? Sizes.Batch * AllKeys : 0];
            for (int i = 0; i < mask.Length; i++)
                mask[i] = (byte)(random.Next(3) == 0 || (Sizes.Batch > 1 && i >= (Sizes.Batch - 1) * AllKeys) ? 0 : 1);
            return mask;
        }
    }

    // Rounded to float, so that both types see the same numbers.
    double[] Values(int which, int count)
    {
        var random = new Random((Seed * 100) + which);
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)((random.NextDouble() * 4) - 2);
        return values;
    }

    /// <summary>o, log-sum-exp, dq, dk, dv, dk2, dv2, dbias of the kernel, dense in (N, L, H, D).</summary>
    public T[][] Run<T>(WorkerPool pool) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var q = Lay<T>(Q, Sizes.Queries);
        var k = Lay<T>(K, Sizes.Keys);
        var v = Lay<T>(V, Sizes.Keys);
        var extraK = Lay<T>(ExtraK, Sizes.ExtraKeys);
        var extraV = Lay<T>(ExtraV, Sizes.ExtraKeys);
        var dO = Lay<T>(DO, Sizes.Queries);
        T[] bias = Array.ConvertAll(Bias, T.CreateChecked);
        var inputs = new AttentionInputs<T>
        {
            Q = View(q, Sizes.Queries),
            K = View(k, Sizes.Keys),
            V = View(v, Sizes.Keys),
            ExtraK = View(extraK, Sizes.ExtraKeys),
            ExtraV = View(extraV, Sizes.ExtraKeys),
            Bias = View(bias),
            KeyMask = Mask,
        };

        var o = new Fenced<T>(Extent(Sizes.Queries));
        var logSumExp = new Fenced<T>(Sizes.Batch * Sizes.Heads * Sizes.Queries);
        var workspace = new Fenced<T>(AttentionCpu.ForwardWorkspaceLength<T>(pool, Sizes));
        AttentionCpu.Forward(
            pool, inputs, View(o, Sizes.Queries), logSumExp.Span, workspace.Span, Sizes, Scale, IsCausal);
        workspace.Checked();

        Fenced<T> dQ = new(Extent(Sizes.Queries)), dK = new(Extent(Sizes.Keys)), dV = new(Extent(Sizes.Keys));
        Fenced<T> dExtraK = new(Extent(Sizes.ExtraKeys)), dExtraV = new(Extent(Sizes.ExtraKeys));
        Fenced<T> dBias = new(bias.Length);
        workspace = new(AttentionCpu.BackwardWorkspaceLength<T>(
            pool, Sizes, HasBias && BiasSharesSamples, HasBias && BiasSharesHeads));
        var gradients = new AttentionGradients<T>
        {
            Q = View(dQ, Sizes.Queries),
            K = View(dK, Sizes.Keys),
            V = View(dV, Sizes.Keys),
            ExtraK = View(dExtraK, Sizes.ExtraKeys),
            ExtraV = View(dExtraV, Sizes.ExtraKeys),
            Bias = new(dBias.Span, BiasBatchStride, AllKeys, BiasHeadStride),
        };
        AttentionCpu.Backward(
            pool, inputs, View(o, Sizes.Queries), logSumExp.Span, View(dO, Sizes.Queries), gradients, workspace.Span,
            Sizes, Scale, IsCausal);
        workspace.Checked();
        return
        [
            Dense(o, Sizes.Queries), logSumExp.Checked(), Dense(dQ, Sizes.Queries), Dense(dK, Sizes.Keys),
            Dense(dV, Sizes.Keys), Dense(dExtraK, Sizes.ExtraKeys), Dense(dExtraV, Sizes.ExtraKeys), dBias.Checked(),
        ];
    }

    int BiasBatchStride => BiasSharesSamples ? 0 : BiasHeads * Sizes.Queries * AllKeys;

    int BiasHeadStride => BiasSharesHeads ? 0 : Sizes.Queries * AllKeys;

    HeadsView<T> View<T>(T[] bias) => new(bias, BiasBatchStride, AllKeys, BiasHeadStride);

    int RowStride => HeadsFirst ? Sizes.HeadDim + Gap : (Sizes.Heads * Sizes.HeadDim) + Gap;

    int HeadStride(int length) => HeadsFirst ? length * RowStride : Sizes.HeadDim;

    int BatchStride(int length) => HeadsFirst ? Sizes.Heads * length * RowStride : length * RowStride;

    // The last row ends with its last element: a kernel that reads or writes a whole vector there leaves the buffer.
    int Extent(int length) => Math.Max(0, (Sizes.Batch * BatchStride(length)) - Gap);

    HeadsSpan<T> View<T>(Fenced<T> data, int length) where T : unmanaged
        => new(data.Span, BatchStride(length), RowStride, HeadStride(length));

    int At(int n, int i, int h, int length) => (n * BatchStride(length)) + (i * RowStride) + (h * HeadStride(length));

    Fenced<T> Lay<T>(double[] dense, int length) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var laid = new Fenced<T>(Extent(length));
        Each(length, (n, i, h, at) =>
        {
            for (int d = 0; d < Sizes.HeadDim; d++)
                laid.Span[At(n, i, h, length) + d] = T.CreateChecked(dense[at + d]);
        });
        return laid;
    }

    T[] Dense<T>(Fenced<T> laid, int length) where T : unmanaged
    {
        T[] data = laid.Checked(), untouched = new Fenced<T>(1).Checked();
        var dense = new T[Sizes.Batch * length * Sizes.Heads * Sizes.HeadDim];
        Each(length, (n, i, h, at) =>
        {
            data.AsSpan(At(n, i, h, length), Sizes.HeadDim).CopyTo(dense.AsSpan(at));
            data.AsSpan(At(n, i, h, length), Sizes.HeadDim).Fill(untouched[0]);
        });
        Assert.That(data, Is.All.EqualTo(untouched[0]), "a write between the tokens");
        return dense;
    }

    void Each(int length, Action<int, int, int, int> body)
    {
        for (int n = 0; n < Sizes.Batch; n++)
        {
            for (int i = 0; i < length; i++)
            {
                for (int h = 0; h < Sizes.Heads; h++)
                    body(n, i, h, ((((n * length) + i) * Sizes.Heads) + h) * Sizes.HeadDim);
            }
        }
    }
}
