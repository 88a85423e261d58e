using System.Globalization;
using SuTI.Engine;
using SuTI.Model.Folders;

namespace SuTI.Model.Transformers;

/// <summary>Sizes of networks as untrusted files name them: bounded before anything is built from them.</summary>
static class ConfigBounds
{
    internal const int MostLayers = 1024, MostLevels = 16, LargestKernel = 63, LargestWidth = 1 << 17, MostRows = 1 << 24, LargestSide = 1 << 14;

    /// <exception cref="SutiException">Not a whole number from 1 to <paramref name="most"/>.</exception>
    internal static int Size(this JsonConfig config, string key, int otherwise, int most)
    {
        int size = config.Size(key, otherwise);
        return size <= most ? size
            : throw config.Unsupported(key, string.Create(CultureInfo.InvariantCulture, $"at most {most}"), Text(size));
    }

    /// <summary>The same of each entry of a list.</summary>
    internal static IReadOnlyList<int> AtMost(this JsonConfig config, string key, IReadOnlyList<int> sizes, int most)
    {
        foreach (int size in sizes.Where(size => size > most))
            throw config.Unsupported(key, string.Create(CultureInfo.InvariantCulture, $"at most {most}"), Text(size));
        return sizes;
    }

    /// <exception cref="SutiException">Heads that do not divide the width.</exception>
    internal static int Heads(this JsonConfig config, string key, int otherwise, int width)
    {
        int heads = config.Size(key, otherwise);
        return width % heads == 0 ? heads
            : throw config.Unsupported(key, string.Create(CultureInfo.InvariantCulture, $"a divisor of width {width}"),
                Text(heads));
    }

    /// <exception cref="SutiException">Negative or 1 or more.</exception>
    internal static double Epsilon(this JsonConfig config, string key, double otherwise)
    {
        double epsilon = config.Number(key, otherwise);
        return epsilon is >= 0 and < 1 ? epsilon
            : throw config.Unsupported(key, "at least 0 and below 1",
                epsilon.ToString(CultureInfo.InvariantCulture));
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
