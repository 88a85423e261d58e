namespace SuTI.Model.Imaging;

/// <summary>Pictures turned and mirrored.</summary>
static class Orientation
{
    /// <summary>Undoes what EXIF says of how the stored picture lies (Exif 2.3, orientation).</summary>
    /// <param name="orientation">
    /// 1 upright, 2 mirrored, 3 by 180 degrees, 4 upside down, 5 transposed, 6 to be turned right, 7 transposed over
    /// the other diagonal, 8 to be turned left.
    /// </param>
    internal static Image Apply(Image image, int orientation)
    {
        if (orientation == 1)
            return image;
        bool isTransposed = orientation >= 5;
        var (width, height) = isTransposed ? (image.Height, image.Width) : (image.Width, image.Height);
        var upright = image.Derive(width, height, image.Channels, image.Depth);
        int size = image.PixelBytes;
        bool mirrorsX = orientation is 2 or 3 or 7 or 8, mirrorsY = orientation is 3 or 4 or 6 or 7;
        for (int y = 0; y < height; y++)
        {
            var row = upright.Row(y);
            for (int x = 0; x < width; x++)
            {
                var (column, line) = isTransposed ? (y, x) : (x, y);
                if (mirrorsX)
                    column = image.Width - 1 - column;
                if (mirrorsY)
                    line = image.Height - 1 - line;
                image.Row(line).Slice(column * size, size).CopyTo(row[(x * size)..]);
            }
        }
        return upright;
    }
}
