namespace SuTI.Engine.Layers;

/// <summary>What a load read, and how fast.</summary>
/// <param name="Source">The file or index.</param>
/// <param name="Tensors">Parameters that were set.</param>
/// <param name="Bytes">Read from the files.</param>
/// <param name="Seconds">From the first read to the last value in place.</param>
public sealed record LoadReport(string Source, int Tensors, long Bytes, double Seconds)
{
    /// <summary>10⁹ bytes of the files a second.</summary>
    public double GigabytesPerSecond => Seconds > 0 ? Bytes / Seconds / 1e9 : 0;

    /// <summary>What the source left out or skipped, one clause each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public override string ToString()
        => FormattableString.Invariant(
            $"{Tensors} tensors, {Bytes / 1e6:0.#} MB in {Seconds:0.00} s ({GigabytesPerSecond:0.00} GB/s)")
            + $" from {Source}";
}
