using SuTI.Model.Imaging;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>Pictures beside each other, so that a person can look.</summary>
static class EvaluationGrids
{
    const string Folder = "grids";
    const int Margin = 4, MostRows = 40;

    internal static void Write(EvaluationFolder folder, TestSet set)
    {
        string[] routes = [.. folder.Results.Select(result => result.Route).Distinct()];
        if (routes.Length == 0)
            return;
        string to = Path.Combine(folder.Path, Folder);
        Directory.CreateDirectory(to);
        int side = set.Settings.Size;
        var blank = Blank(side);
        var overview = new List<Image>();
        foreach (var subject in set.Subjects)
        {
            var drawn = routes.Select(route => folder.Results.Any(result => result.Subject == subject.Number && result.Route == route)
                ? ImageFile.Read(folder.PicturePath(subject.Number, route)) : null).ToList();
            if (drawn.TrueForAll(image => image is null))
                continue;
            int columns = Math.Max(routes.Length, subject.Demonstrations.Count);
            List<Image> cells = [.. Padded(subject.Demonstrations.Select(photograph => photograph.Image), columns, blank)];
            for (int prompt = 0; prompt < subject.Prompts.Count; prompt++)
                cells.AddRange(Padded(drawn.Select(image => First(image, prompt, subject.Prompts.Count, set.Settings.Count) ?? blank), columns, blank));
            ImageFile.WritePng(Path.Combine(to, FormattableString.Invariant($"{subject.Number:0000}.png")), ImageGrid.Compose(Enlarged(cells, side), columns, Margin));
            if (overview.Count < MostRows * (routes.Length + 1))
                overview.AddRange([subject.Demonstrations[0].Image, .. drawn.Select(image => First(image, 0, subject.Prompts.Count, set.Settings.Count) ?? blank)]);
        }
        ImageFile.WritePng(Path.Combine(to, "overview.png"), ImageGrid.Compose(Enlarged(overview, side), routes.Length + 1, Margin));
    }

    /// <summary>The first picture of a prompt.</summary>
    static Image? First(Image? all, int prompt, int prompts, int count)
    {
        if (all is null)
            return null;
        int width = all.Width / count, height = all.Height / prompts;
        return all.Crop(0, prompt * height, width, height);
    }

    static IEnumerable<Image> Padded(IEnumerable<Image> row, int columns, Image blank)
    {
        var all = row.ToList();
        return all.Concat(Enumerable.Repeat(blank, columns - all.Count));
    }

    /// <summary>All of one size, small ones twice as large as they are.</summary>
    static IReadOnlyList<Image> Enlarged(IReadOnlyList<Image> cells, int side)
    {
        int shown = side >= 128 ? side : 2 * side;
        return [.. cells.Select(cell => cell.Resize(shown, shown, shown % cell.Width == 0 && shown % cell.Height == 0 ? ResizeFilter.Nearest : ResizeFilter.Bicubic))];
    }

    static Image Blank(int side)
    {
        var image = new Image(side, side, 3);
        image.Bytes.Fill(255);
        return image;
    }
}
