using System.Numerics;

namespace SuTI.Kernels;

/// <summary>
/// o = softmax(q · kᵀ · scale + bias, masks) · v for every sample and head, with memory linear in the lengths.
/// </summary>
/// <remarks>
/// <para>Forward: streaming softmax over blocks of keys (Milakov and Gimelshein 2018; Dao et al. 2022, algorithm 1).
/// Backward: scores are recomputed from the saved log-sum-exp. Results do not depend on the number of threads.</para>
/// <para>Masks. Causal: key j is hidden from query i when j &gt; i, both counted from 0, whatever the lengths. A second
/// segment of keys joins the same softmax; it counts after the first in the key mask and in the bias, and excludes the
/// causal mask. A query that sees no key, or only scores of −∞, gets the output 0, the log-sum-exp −∞ and gradients
/// 0.</para>
/// </remarks>
public static unsafe class AttentionCpu
{
    // Multiply-adds of one chunk: some tens of microseconds.
    const double ChunkWork = 1e6;

    /// <summary>Elements of workspace that <see cref="Forward"/> needs; they grow with D alone.</summary>
    public static int ForwardWorkspaceLength<T>(WorkerPool pool, AttentionSizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => checked((int)AttentionScratch.Length<T>(pool.Threads, AttentionForward.ScratchLength<T>(sizes)));

    /// <summary>
    /// Elements of workspace that <see cref="Backward"/> needs: some blocks, and up to 16 times dQ where heads are few.
    /// </summary>
    /// <param name="pool">The threads.</param>
    /// <param name="sizes">N, H, Lq, Lk, D.</param>
    /// <param name="sharesSamples">A bias gradient is wanted and is summed over the samples.</param>
    /// <param name="sharesHeads">A bias gradient is wanted and is summed over the heads.</param>
    public static int BackwardWorkspaceLength<T>(
        WorkerPool pool, AttentionSizes sizes, bool sharesSamples = false, bool sharesHeads = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int owners = AttentionBackward.Owners(sizes, sharesSamples, sharesHeads);
        long partial = PartialLength(sizes, AttentionBackward.GroupCount<T>(sizes, owners));
        long scratch = AttentionScratch.Length<T>(pool.Threads, AttentionBackward.ScratchLength<T>(sizes));
        return checked((int)(scratch + partial));
    }

    static long PartialLength(AttentionSizes sizes, int groups)
        => groups == 1 ? 0 : (long)groups * sizes.Batch * sizes.Heads * sizes.Queries * sizes.HeadDim;

    /// <summary>Computes o and the log-sum-exp of every row of scores.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="inputs">q, k, v and what else there is.</param>
    /// <param name="o">(N, Lq, H, D).</param>
    /// <param name="logSumExp">(N, H, Lq), natural logarithm, for <see cref="Backward"/>.</param>
    /// <param name="workspace">At least <see cref="ForwardWorkspaceLength"/> elements.</param>
    /// <param name="sizes">N, H, Lq, Lk, D and Lk2.</param>
    /// <param name="scale">Usually D^−½.</param>
    /// <param name="isCausal">Hides key j from query i when j &gt; i.</param>
    /// <exception cref="ArgumentException">A span is too short, or causal with a second segment.</exception>
    public static void Forward<T>(
        WorkerPool pool, in AttentionInputs<T> inputs, HeadsSpan<T> o, Span<T> logSumExp, Span<T> workspace,
        AttentionSizes sizes, double scale, bool isCausal = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(inputs, o, logSumExp, sizes, isCausal);
        Require(workspace.Length, ForwardWorkspaceLength<T>(pool, sizes), "workspace");
        if (sizes.Batch == 0 || sizes.Heads == 0 || sizes.Queries == 0)
            return;
        int* taken = stackalloc int[pool.Threads];
        fixed (T* q = inputs.Q.Data, k = inputs.K.Data, v = inputs.V.Data)
        fixed (T* extraK = inputs.ExtraK.Data, extraV = inputs.ExtraV.Data)
        fixed (T* bias = inputs.Bias.Data, output = o.Data, saved = logSumExp, work = workspace)
        fixed (byte* mask = inputs.KeyMask)
        {
            var arguments = new AttentionArguments
            {
                Sizes = sizes,
                Q = Pin(inputs.Q, q),
                K = Pin(inputs.K, k),
                V = Pin(inputs.V, v),
                ExtraK = Pin(inputs.ExtraK, extraK),
                ExtraV = Pin(inputs.ExtraV, extraV),
                Bias = Pin(inputs.Bias, bias),
                O = Pin<T>(o, output),
                KeyMask = mask,
                LogSumExp = saved,
                Scale = scale,
                IsCausal = isCausal,
                Scratch = AttentionScratch.Create(taken, pool.Threads, work, AttentionForward.ScratchLength<T>(sizes)),
            };
            int items = AttentionForward.Items<T>(sizes);
            double work1 = 2.0 * sizes.Batch * sizes.Heads * sizes.Queries * sizes.HeadDim
                * ((double)sizes.Keys + sizes.ExtraKeys + 16) / items;
            Simd.For<T, AttentionForward>(pool, items, Grain(items, work1), new AttentionForward(arguments));
        }
    }

    /// <summary>
    /// Computes the gradients of q, k, v, the second segment and the bias, as far as they are wanted.
    /// </summary>
    /// <param name="pool">The threads.</param>
    /// <param name="inputs">As in <see cref="Forward"/>.</param>
    /// <param name="o">(N, Lq, H, D), what Forward gave.</param>
    /// <param name="logSumExp">(N, H, Lq), what Forward gave.</param>
    /// <param name="dO">(N, Lq, H, D), the upstream gradient.</param>
    /// <param name="gradients">Overwritten.</param>
    /// <param name="workspace">At least <see cref="BackwardWorkspaceLength"/> elements.</param>
    /// <param name="sizes">As in Forward.</param>
    /// <param name="scale">As in Forward.</param>
    /// <param name="isCausal">As in Forward.</param>
    /// <exception cref="ArgumentException">A span is too short, or causal with a second segment.</exception>
    public static void Backward<T>(
        WorkerPool pool, in AttentionInputs<T> inputs, HeadsView<T> o, ReadOnlySpan<T> logSumExp, HeadsView<T> dO,
        in AttentionGradients<T> gradients, Span<T> workspace, AttentionSizes sizes, double scale,
        bool isCausal = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(inputs, o, logSumExp, sizes, isCausal);
        Check(inputs, dO, gradients, sizes);
        bool hasBias = !gradients.Bias.Data.IsEmpty;
        bool sharesSamples = hasBias && gradients.Bias.Batch == 0, sharesHeads = hasBias && gradients.Bias.Head == 0;
        Require(workspace.Length, BackwardWorkspaceLength<T>(pool, sizes, sharesSamples, sharesHeads), "workspace");
        if (sizes.Batch == 0 || sizes.Heads == 0)
            return;
        int owners = AttentionBackward.Owners(sizes, sharesSamples, sharesHeads);
        int groups = AttentionBackward.GroupCount<T>(sizes, owners);
        int* taken = stackalloc int[pool.Threads];
        fixed (T* q = inputs.Q.Data, k = inputs.K.Data, v = inputs.V.Data)
        fixed (T* extraK = inputs.ExtraK.Data, extraV = inputs.ExtraV.Data)
        fixed (T* bias = inputs.Bias.Data, output = o.Data, saved = logSumExp, upstream = dO.Data, work = workspace)
        fixed (T* dQ = gradients.Q.Data, dK = gradients.K.Data, dV = gradients.V.Data, dBias = gradients.Bias.Data)
        fixed (T* dExtraK = gradients.ExtraK.Data, dExtraV = gradients.ExtraV.Data)
        fixed (byte* mask = inputs.KeyMask)
        {
            long partial = PartialLength(sizes, groups);
            var arguments = new AttentionArguments
            {
                Sizes = sizes,
                Q = Pin(inputs.Q, q),
                K = Pin(inputs.K, k),
                V = Pin(inputs.V, v),
                ExtraK = Pin(inputs.ExtraK, extraK),
                ExtraV = Pin(inputs.ExtraV, extraV),
                Bias = Pin(inputs.Bias, bias),
                O = Pin(o, output),
                KeyMask = mask,
                LogSumExp = saved,
                Scale = scale,
                IsCausal = isCausal,
                Scratch = AttentionScratch.Create(
                    taken, pool.Threads, work + partial, AttentionBackward.ScratchLength<T>(sizes)),
            };
            var kernel = new AttentionBackward(arguments)
            {
                DO = Pin(dO, upstream),
                DQ = Pin<T>(gradients.Q, dQ),
                DK = Pin<T>(gradients.K, dK),
                DV = Pin<T>(gradients.V, dV),
                DExtraK = Pin<T>(gradients.ExtraK, dExtraK),
                DExtraV = Pin<T>(gradients.ExtraV, dExtraV),
                DBias = Pin<T>(gradients.Bias, dBias),
                PartialDQ = work,
                Groups = groups,
            };
            int items = checked(owners * groups);
            double work1 = 5.0 * sizes.Batch * sizes.Heads * sizes.Queries * sizes.HeadDim
                * ((double)sizes.Keys + sizes.ExtraKeys + 16) / items;
            Simd.For<T, AttentionBackward>(pool, items, Grain(items, work1), kernel);
            if (groups > 1 && dQ != null)
            {
                int rows = checked(sizes.Batch * sizes.Heads * sizes.Queries);
                var sum = new AttentionGroupSum(sizes, groups, work, Pin<T>(gradients.Q, dQ));
                Simd.For<T, AttentionGroupSum>(pool, rows, Grain(rows, 4.0 * groups * sizes.HeadDim), sum);
            }
        }
    }

    static int Grain(int items, double work) => (int)Math.Clamp(Math.Ceiling(ChunkWork / work), 1, Math.Max(1, items));

    static HeadsPointer Pin<T>(HeadsView<T> view, T* data) where T : unmanaged
        => new(data, view.Batch, view.Row, view.Head);

    static void Check<T>(
        in AttentionInputs<T> inputs, HeadsView<T> o, ReadOnlySpan<T> logSumExp, AttentionSizes sizes, bool isCausal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sizes.HeadDim, 1);
        if (isCausal && sizes.ExtraKeys > 0)
            throw new ArgumentException("attention: a causal mask and a second segment of keys exclude each other.");
        int allKeys = checked(sizes.Keys + sizes.ExtraKeys);
        Require(inputs.Q, sizes, sizes.Queries, sizes.HeadDim, "q");
        Require(inputs.K, sizes, sizes.Keys, sizes.HeadDim, "k");
        Require(inputs.V, sizes, sizes.Keys, sizes.HeadDim, "v");
        Require(inputs.ExtraK, sizes, sizes.ExtraKeys, sizes.HeadDim, "extra k");
        Require(inputs.ExtraV, sizes, sizes.ExtraKeys, sizes.HeadDim, "extra v");
        Require(o, sizes, sizes.Queries, sizes.HeadDim, "o");
        Require(logSumExp.Length, (long)sizes.Batch * sizes.Heads * sizes.Queries, "log-sum-exp");
        if (!inputs.Bias.Data.IsEmpty)
            Require(inputs.Bias, sizes, sizes.Queries, allKeys, "bias");
        if (!inputs.KeyMask.IsEmpty)
            Require(inputs.KeyMask.Length, (long)sizes.Batch * allKeys, "key mask");
    }

    static void Check<T>(
        in AttentionInputs<T> inputs, HeadsView<T> dO, in AttentionGradients<T> gradients, AttentionSizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(dO, sizes, sizes.Queries, sizes.HeadDim, "do");
        RequireIfWanted<T>(gradients.Q, sizes, sizes.Queries, sizes.HeadDim, "dq");
        RequireIfWanted<T>(gradients.K, sizes, sizes.Keys, sizes.HeadDim, "dk");
        RequireIfWanted<T>(gradients.V, sizes, sizes.Keys, sizes.HeadDim, "dv");
        RequireIfWanted<T>(gradients.ExtraK, sizes, sizes.ExtraKeys, sizes.HeadDim, "extra dk");
        RequireIfWanted<T>(gradients.ExtraV, sizes, sizes.ExtraKeys, sizes.HeadDim, "extra dv");
        RequireIfWanted<T>(gradients.Bias, sizes, sizes.Queries, sizes.Keys + sizes.ExtraKeys, "dbias");
        if (gradients.Bias.Data.IsEmpty)
            return;
        bool sameSamples = (gradients.Bias.Batch == 0) == (inputs.Bias.Batch == 0);
        bool sameHeads = (gradients.Bias.Head == 0) == (inputs.Bias.Head == 0);
        if (inputs.Bias.Data.IsEmpty || !sameSamples || !sameHeads)
            throw new ArgumentException("attention: the bias gradient must broadcast where the bias does.");
    }

    static void RequireIfWanted<T>(HeadsView<T> view, AttentionSizes sizes, int length, int width, string name)
    {
        if (!view.Data.IsEmpty)
            Require(view, sizes, length, width, name);
    }

    static void Require<T>(HeadsView<T> view, AttentionSizes sizes, int length, int width, string name)
    {
        if (sizes.Batch == 0 || sizes.Heads == 0 || length == 0 || width == 0)
            return;
        ArgumentOutOfRangeException.ThrowIfNegative(Math.Min(view.Batch, Math.Min(view.Row, view.Head)));
        long last = (sizes.Batch - 1L) * view.Batch + (length - 1L) * view.Row + (sizes.Heads - 1L) * view.Head + width;
        Require(view.Data.Length, last, name);
    }

    static void Require(int length, long needed, string name)
    {
        if (length < needed)
            throw new ArgumentException($"attention: {name} needs at least {needed} elements; got {length}.");
    }
}
