using System.Globalization;
using System.Text;

namespace SuTI.Model.Training;

/// <summary>A curve as inline SVG: the mean of neighbouring steps over the band from their least to their most.</summary>
static class Chart
{
    const double Width = 640, Height = 260, Left = 62, Right = 18, Top = 14, Bottom = 34;
    const int DottedUpTo = 40;

    internal static string Draw(Series series)
    {
        var points = series.Points;
        if (points.Count == 0)
            return "";
        var x = Axis.Of(0, Math.Max(1, points[^1].Step), 6, mayBeLogarithmic: false);
        var y = Axis.Of(points.Min(point => point.Least), points.Max(point => point.Most), 5, mayBeLogarithmic: true);
        var svg = new StringBuilder();
        string title = Html.Text(series.Name);
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{title} over steps\"><title>{title} over steps</title>");
        foreach (double mark in y.Marks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(mark):0.#}\" y2=\"{Y(mark):0.#}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"mark\" x=\"{Left - 8}\" y=\"{Y(mark) + 4:0.#}\" text-anchor=\"end\">{Axis.Label(mark)}</text>");
        }
        foreach (double mark in x.Marks.Where(mark => mark >= 0))
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"mark\" x=\"{X(mark):0.#}\" y=\"{Height - 12}\" text-anchor=\"middle\">{Axis.Label(mark)}</text>");
        var upper = points.Select(point => (point.Step, point.Most));
        var lower = points.Reverse().Select(point => (point.Step, point.Least));
        svg.Append(CultureInfo.InvariantCulture, $"<polygon class=\"band\" points=\"{Line(upper.Concat(lower))}\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line\" points=\"{Line(points.Select(point => (point.Step, point.Mean)))}\"/>");
        if (points.Count <= DottedUpTo)
        {
            foreach (var point in points)
                svg.Append(CultureInfo.InvariantCulture,
                    $"<circle class=\"dot\" cx=\"{X(point.Step):0.#}\" cy=\"{Y(point.Mean):0.#}\" r=\"3\"><title>step {point.Step}: {Axis.Label(point.Mean)}</title></circle>");
        }
        return svg.Append("</svg>").ToString();

        double X(double value) => Left + (x.Place(value) * (Width - Left - Right));

        double Y(double value) => Height - Bottom - (y.Place(value) * (Height - Top - Bottom));

        string Line(IEnumerable<(int Step, double Value)> line) => string.Join(' ', line.Select(point
            => string.Create(CultureInfo.InvariantCulture, $"{X(point.Step):0.#},{Y(point.Value):0.#}")));
    }
}
