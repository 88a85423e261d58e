using System.Globalization;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>The checks and readings of token ids that text networks share.</summary>
static class TokenIds
{
    /// <summary>
    /// The ids on the network's device. Those that come from the processor are checked here; on the device the lookup
    /// finds what is outside the table.
    /// </summary>
    /// <param name="ids">(N, L), i32 or i64.</param>
    /// <exception cref="ShapeException">Not (N, L), or longer than <paramref name="longest"/>.</exception>
    /// <exception cref="DTypeException">Not whole numbers.</exception>
    /// <exception cref="SutiException">An id outside the vocabulary.</exception>
    internal static Tensor Check(string network, Tensor ids, int vocabulary, int longest, Device device)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Shape.Rank != 2 || ids.Shape.Length == 0)
            throw new ShapeException(network, "token ids are rows of one length", "(texts, tokens), at least one each",
                ids.Shape.ToString());
        if (!ids.DType.IsIndex())
            throw new DTypeException(network, "token ids are whole numbers", "i32 or i64", ids.DType.Label());
        if (ids.Shape[1] > longest)
            throw new ShapeException(network, "the texts are longer than there are positions",
                Invariant($"at most {longest} tokens"), Invariant($"{ids.Shape[1]}"));
        if (ids.Device != Device.Cpu)
            return ids.To(device);
        long[] values = Read(ids);
        int bad = Array.FindIndex(values, id => id < 0 || id >= vocabulary);
        return bad < 0 ? ids.To(device)
            : throw new SutiException(network, "a token id lies outside the vocabulary",
                Invariant($"0 to {vocabulary - 1}"),
                Invariant($"{values[bad]} in text {bad / ids.Shape[1]}, token {bad % ids.Shape[1]}"));
    }

    /// <summary>Row by row; waits for the device.</summary>
    internal static long[] Read(Tensor ids)
        => ids.DType == DType.Int32 ? Array.ConvertAll(ids.ToArray<int>(), id => (long)id) : ids.ToArray<long>();

    /// <summary>A mask as attention takes it: bool, on the network's device.</summary>
    /// <param name="mask">(N, L), bool or numbers of which 0 hides a token; null hides none.</param>
    /// <exception cref="ShapeException">Another shape than the ids.</exception>
    internal static Tensor? KeyMask(string network, Tensor? mask, Tensor ids, Device device)
    {
        if (mask is null)
            return null;
        if (mask.Shape != ids.Shape)
            throw new ShapeException(network, "the mask has a value for each token", ids.Shape.ToString(),
                mask.Shape.ToString());
        return mask.To(device).Cast(DType.Bool);
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
