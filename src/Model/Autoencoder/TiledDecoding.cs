using SuTI.Engine;

namespace SuTI.Model.Autoencoder;

/// <summary>
/// Decodes large latents tile by tile, because the memory of a whole image grows with its area: tiles overlap by a
/// quarter, and each fades linearly into its neighbours. Norms see a tile only, so the result differs a little from that
/// of <see cref="ImageAutoencoder.Decode"/>.
/// </summary>
public static class TiledDecoding
{
    /// <param name="latents">(N, h, w, latent channels), not scaled.</param>
    /// <param name="tile">Latents a side of a tile; by default as many as the model was made for. At least 8.</param>
    /// <returns>(N, factor · h, factor · w, channels); exactly that of Decode where one tile covers the whole.</returns>
    public static Tensor DecodeTiled(this ImageAutoencoder autoencoder, Tensor latents, int? tile = null)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        ArgumentNullException.ThrowIfNull(latents);
        int factor = autoencoder.Config.Factor;
        int side = tile ?? Math.Max(8, autoencoder.Config.SampleSize / factor);
        if (side < 8)
            throw new SutiException("tiled decoding", "a tile is large enough to overlap", "at least 8 latents a side",
                $"{side}");
        if (latents.Shape.Rank != 4 || (latents.Shape[1] <= side && latents.Shape[2] <= side))
            return autoencoder.Decode(latents);
        using var scope = TensorScope.Open("tiles");
        int overlap = side / 4;
        var rows = Starts(latents.Shape[1], side, overlap).Select(top =>
        {
            int height = Math.Min(side, latents.Shape[1] - top);
            var parts = Starts(latents.Shape[2], side, overlap).Select(left =>
            {
                using var inner = TensorScope.Open("tile");
                int width = Math.Min(side, latents.Shape[2] - left);
                var part = latents.Slice(1, top, height).Slice(2, left, width);
                return (left * factor, inner.Keep(autoencoder.Decode(part)));
            });
            return (top * factor, Joined(2, [.. parts]));
        });
        return scope.Keep(Joined(1, [.. rows]));
    }

    // The last tile is moved back so that it is whole.
    static List<int> Starts(int length, int side, int overlap)
    {
        var starts = new List<int> { 0 };
        while (starts[^1] + side < length)
            starts.Add(Math.Min(starts[^1] + side - overlap, length - side));
        return starts;
    }

    static Tensor Joined(int axis, IReadOnlyList<(int Start, Tensor Part)> parts)
    {
        var joined = parts[0].Part;
        foreach (var (start, part) in parts.Skip(1))
        {
            int shared = joined.Shape[axis] - start;
            var before = joined.Slice(axis, start, shared);
            var after = part.Slice(axis, 0, shared);
            var weight = Ramp(axis, shared, part);
            joined = Tensor.Concat(axis, joined.Slice(axis, 0, start), before + ((after - before) * weight),
                part.Slice(axis, shared, part.Shape[axis] - shared));
        }
        return joined;
    }

    // Rises from the first shared pixel to the last, never quite 0 or 1.
    static Tensor Ramp(int axis, int length, Tensor like)
    {
        float[] values = [.. Enumerable.Range(0, length).Select(i => (i + 0.5f) / length)];
        int[] shape = [1, 1, 1, 1];
        shape[axis] = length;
        return Tensor.From(values, [length], like.Device).Cast(like.DType).Reshape(shape);
    }
}
