using SuTI.Engine;

namespace SuTI.Model.Vision;

/// <summary>
/// Positions of another grid of patches than a vision transformer was trained on, as facebookresearch/dino
/// (interpolate_pos_encoding) and the transformers library 4.30 make them: bicubic, without antialiasing.
/// </summary>
static class PositionGrid
{
    // They enlarge the wanted size by a tenth of a patch, so that rounding down the product with the scale gives it,
    // and that scale, not the ratio of sizes, places the samples.
    const double Surplus = 0.1;

    /// <param name="positions">(1, 1 + side², width): first the class token's.</param>
    /// <param name="side">Of the square grid that they are of.</param>
    /// <returns>(1, 1 + rows · columns, width)</returns>
    internal static Tensor For(Tensor positions, int side, int rows, int columns)
    {
        if (rows == side && columns == side)
            return positions;
        int width = positions.Shape[2];
        var grid = positions.Slice(1, 1, side * side).Reshape(1, side, side, width)
            .Resize(rows, columns, Resampling.Bicubic, stepHeight: side / (rows + Surplus),
                stepWidth: side / (columns + Surplus));
        return Tensor.Concat(1, positions.Slice(1, 0, 1), grid.Reshape(1, -1, width));
    }
}
