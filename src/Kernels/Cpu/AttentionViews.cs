using System.Numerics;

namespace SuTI.Kernels;

/// <summary>
/// Reads (N, L, H, D) as it lies: element (n, l, h, d) is Data[n · Batch + l · Row + h · Head + d]. A slice of a fused
/// (N, L, 3, H, D) projection, a dense (N, L, H · D) output and an (N, H, L, D) tensor are all such views. A stride of
/// 0 repeats.
/// </summary>
public readonly ref struct HeadsView<T>(ReadOnlySpan<T> data, int batch, int row, int head)
{
    public ReadOnlySpan<T> Data { get; } = data;

    /// <summary>Elements between samples.</summary>
    public int Batch { get; } = batch;

    /// <summary>Elements between tokens.</summary>
    public int Row { get; } = row;

    /// <summary>Elements between heads.</summary>
    public int Head { get; } = head;

    /// <summary>Dense (N, L, H, D).</summary>
    public static HeadsView<T> Dense(ReadOnlySpan<T> data, int length, int heads, int headDim)
        => new(data, length * heads * headDim, heads * headDim, headDim);
}

/// <summary>
/// Writes (N, L, H, D) with the strides of <see cref="HeadsView{T}"/>; nothing between the elements is touched.
/// </summary>
public readonly ref struct HeadsSpan<T>(Span<T> data, int batch, int row, int head)
{
    public Span<T> Data { get; } = data;

    /// <summary>Elements between samples.</summary>
    public int Batch { get; } = batch;

    /// <summary>Elements between tokens.</summary>
    public int Row { get; } = row;

    /// <summary>Elements between heads.</summary>
    public int Head { get; } = head;

    /// <summary>Dense (N, L, H, D).</summary>
    public static HeadsSpan<T> Dense(Span<T> data, int length, int heads, int headDim)
        => new(data, length * heads * headDim, heads * headDim, headDim);

    public static implicit operator HeadsView<T>(HeadsSpan<T> span) => new(span.Data, span.Batch, span.Row, span.Head);
}

/// <summary>The sizes of one attention: q (N, Lq, H, D), k and v (N, Lk, H, D), extra k and v (N, Lk2, H, D).</summary>
/// <param name="Batch">N.</param>
/// <param name="Heads">H.</param>
/// <param name="Queries">Lq.</param>
/// <param name="Keys">Lk, of the first segment.</param>
/// <param name="HeadDim">D, at least 1.</param>
/// <param name="ExtraKeys">Lk2, of the second segment; 0 without one.</param>
public readonly record struct AttentionSizes(
    int Batch, int Heads, int Queries, int Keys, int HeadDim, int ExtraKeys = 0);

/// <summary>What attention reads; whatever is left out is absent.</summary>
public readonly ref struct AttentionInputs<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>(N, Lq, H, D).</summary>
    public required HeadsView<T> Q { get; init; }

    /// <summary>(N, Lk, H, D).</summary>
    public required HeadsView<T> K { get; init; }

    /// <summary>(N, Lk, H, D).</summary>
    public required HeadsView<T> V { get; init; }

    /// <summary>
    /// (N, Lk2, H, D): a second segment of keys, in the same softmax, after those of <see cref="K"/>.
    /// </summary>
    public HeadsView<T> ExtraK { get; init; }

    /// <summary>(N, Lk2, H, D): the values of <see cref="ExtraK"/>.</summary>
    public HeadsView<T> ExtraV { get; init; }

    /// <summary>
    /// (N, Lq, H, Lk + Lk2), added to the scaled scores; a batch or head stride of 0 broadcasts, rows are dense.
    /// </summary>
    public HeadsView<T> Bias { get; init; }

    /// <summary>(N, Lk + Lk2) dense, 0 = masked key; empty: every key is seen.</summary>
    public ReadOnlySpan<byte> KeyMask { get; init; }
}

/// <summary>
/// What the backward pass writes, each with the shape of its input; a gradient left out is not computed.
/// </summary>
public readonly ref struct AttentionGradients<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public HeadsSpan<T> Q { get; init; }

    public HeadsSpan<T> K { get; init; }

    public HeadsSpan<T> V { get; init; }

    public HeadsSpan<T> ExtraK { get; init; }

    public HeadsSpan<T> ExtraV { get; init; }

    /// <summary>Summed over the axes whose stride is 0, which must be those of the bias itself.</summary>
    public HeadsSpan<T> Bias { get; init; }
}
