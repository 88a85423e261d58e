using SuTI.Engine;

namespace SuTI.Cli;

/// <summary>What commands that draw pictures read alike.</summary>
static class PictureOptions
{
    const int LongestFile = 16 << 20;

    /// <exception cref="DTypeException">No precision.</exception>
    internal static DType Precision(string name)
        => DTypeOption.Parse(name) is [var type] ? type : throw new DTypeException("--precision", "takes one type", "f32, bf16 or f16", name);

    /// <summary>The lines of a file that are not empty.</summary>
    /// <exception cref="SutiException">It cannot be read, or is too long.</exception>
    internal static IEnumerable<string> Lines(string file)
    {
        try
        {
            if (new FileInfo(file).Length > LongestFile)
                throw new SutiException(file, "is too long for a list of prompts", $"at most {LongestFile} bytes", "more");
            return [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(file, "cannot be read", "a file with a prompt on each line", failure.Message, failure);
        }
    }
}
