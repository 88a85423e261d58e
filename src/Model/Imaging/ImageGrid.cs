using static System.FormattableString;

namespace SuTI.Model.Imaging;

/// <summary>Several pictures as one, in rows and columns.</summary>
public static class ImageGrid
{
    /// <summary>
    /// Pictures from left to right, then from top to bottom; smaller ones stand in the middle of their cells.
    /// </summary>
    /// <param name="margin">Pixels around each cell.</param>
    /// <param name="background">Behind all; by default white.</param>
    /// <returns>8 bits, three channels.</returns>
    /// <exception cref="ImageException">
    /// No picture, no column, a negative margin, or a grid that is too large.
    /// </exception>
    public static Image Compose(
        IReadOnlyList<Image> images, int columns, int margin = 0, Colour? background = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0 || columns < 1 || margin < 0)
            throw new ImageException("grid", "needs pictures and columns",
                "at least one of each, and no negative margin",
                Invariant($"{images.Count} pictures, {columns} columns, margin {margin}"));
        var behind = background ?? Colour.White;
        columns = Math.Min(columns, images.Count);
        int rows = (images.Count + columns - 1) / columns;
        int width = images.Max(image => image.Width), height = images.Max(image => image.Height);
        long gridWidth = (columns * ((long)width + margin)) + margin;
        long gridHeight = (rows * ((long)height + margin)) + margin;
        ImageLimits.Default.CheckSize("grid", gridWidth, gridHeight);
        var grid = new Image((int)gridWidth, (int)gridHeight, 3);
        for (int i = 0; i < grid.Bytes.Length; i += 3)
            (grid.Bytes[i], grid.Bytes[i + 1], grid.Bytes[i + 2]) = (behind.Red, behind.Green, behind.Blue);
        for (int i = 0; i < images.Count; i++)
        {
            var image = images[i].ToEightBits().ToRgb(behind);
            int x = margin + (i % columns * (width + margin)) + ((width - image.Width) / 2);
            int y = margin + (i / columns * (height + margin)) + ((height - image.Height) / 2);
            for (int line = 0; line < image.Height; line++)
                image.Row(line).CopyTo(grid.Row(y + line)[(3 * x)..]);
        }
        return grid;
    }
}
