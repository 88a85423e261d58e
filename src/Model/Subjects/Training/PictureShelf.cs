using SuTI.Engine;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects;

/// <summary>Pictures of a run at the size of a model, kept in memory up to a limit. Each is checked when it is first read.</summary>
sealed class PictureShelf(RunCatalogue run, int size)
{
    const long MostBytes = 512L << 20;

    static readonly ImageLimits s_limits = new() { FileBytes = 64 << 20, Pixels = 1 << 24, Side = 16384 };

    readonly Dictionary<string, byte[]> _kept = new(StringComparer.Ordinal);
    long _bytes;

    /// <summary>(size, size, 3); what is not square is letterboxed.</summary>
    /// <exception cref="SutiException">It is not there, not the one that was noted, or no picture.</exception>
    internal ReadOnlySpan<byte> Pixels(string relative, string digest)
    {
        if (_kept.TryGetValue(relative, out byte[]? pixels))
            return pixels;
        string path = run.PathOf(relative), found = FileDigest.Of(path);
        if (found != digest)
            throw new SutiException(CheckpointException.Printable(path, 1000), "a picture of the run was changed", digest, found);
        pixels = ImageFile.Read(path, s_limits).ToRgb().FitTo(size, size, PictureFit.Letterbox).Bytes.ToArray();
        if (_bytes + pixels.Length <= MostBytes)
        {
            _kept.Add(relative, pixels);
            _bytes += pixels.Length;
        }
        return pixels;
    }
}
