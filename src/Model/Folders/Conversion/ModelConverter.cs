using System.Diagnostics;
using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders.Conversion;

/// <summary>
/// Models from one layout into another: a folder, a Stable Diffusion file, or the weights of one network, in any type
/// and in the names of the libraries or of the authors. Tensors are streamed piece by piece; the target appears when it
/// is complete.
/// </summary>
public static class ModelConverter
{
    internal const string Suffix = ".safetensors";

    static readonly string[] s_otherSuffixes = [".bin", ".ckpt", ".pt", ".pth"];

    /// <param name="source">A model's folder, a weight file or an index of shards.</param>
    /// <param name="target">A file if it ends in .safetensors, else a folder.</param>
    /// <exception cref="SutiException">
    /// A source that is broken or does not become such a target, or a target that is there already.
    /// </exception>
    public static ConversionReport Convert(string source, string target, ConversionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(target);
        options ??= new();
        Check(source, target, options);
        var job = new ConversionJob(source, target, options);
        long start = Stopwatch.GetTimestamp();
        string what = Directory.Exists(source) ? OfFolder(job) : OfFile(job);
        return new(source, target, what, job.Tensors, job.Parameters, job.Bytes,
            Stopwatch.GetElapsedTime(start).TotalSeconds, job.Notes);
    }

    static string OfFolder(ConversionJob job)
    {
        bool isModel = File.Exists(Path.Combine(job.Source, ModelFolder.IndexFile))
            || File.Exists(Path.Combine(job.Source, "config.json"));
        if (!isModel)
            return OfFile(job);
        var model = ModelFolder.Open(job.Source, job.Options.Variant);
        if (model.Index is null)
            return job.Part(model.Parts[0]);
        if (job.IsToFile)
        {
            job.Refuse(NameStyle.Library, "a Stable Diffusion file has its authors' names");
            return StableDiffusionConversion.ToFile(job, model);
        }
        job.Refuse(NameStyle.Original, "a folder of several parts has the libraries' names");
        return job.Pipeline(model);
    }

    static string OfFile(ConversionJob job)
    {
        var source = WeightFiles.Open(job.Source, new() { Key = job.Options.Key, Variant = job.Options.Variant });
        if (!StableDiffusionFile.Looks(source))
        {
            using (source)
                return job.Weights(source, config: null, name: null);
        }
        using var file = StableDiffusionConversion.Open(source);
        if (!job.IsToFile)
        {
            job.Refuse(NameStyle.Original, "a folder of several parts has the libraries' names");
            return StableDiffusionConversion.ToFolder(job, file);
        }
        job.Refuse(NameStyle.Library, "a Stable Diffusion file has its authors' names");
        return job.Weights(source, config: null, "Stable Diffusion file");
    }

    static void Check(string source, string target, ConversionOptions options)
    {
        string from = Resolved(source), to = Resolved(target);
        if (s_otherSuffixes.Contains(Path.GetExtension(target)))
            throw new SutiException(Printable(target), "weights are written as safetensors, or into a folder",
                "*" + Suffix, Path.GetExtension(target));
        // It would be removed with the folder that the target replaces.
        if (from != to && from.StartsWith(to + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new SutiException(Printable(target), "the target may not be a folder above the source", null,
                Printable(from));
        bool isThere = File.Exists(target)
            || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any());
        if (isThere && !options.Overwrites)
            throw new SutiException(Printable(target), "is there already, and replacing it must be asked for",
                "another target, or --force");
    }

    static string Resolved(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Directory.Exists(full)
            ? new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full : full;
    }

    internal static string Printable(string text) => CheckpointException.Printable(text, 1000);
}
