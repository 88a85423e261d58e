using System.Runtime.InteropServices;

namespace SuTI.Engine.Cuda.Native;

/// <summary>
/// Finds the driver, NVRTC and cuBLASLt where systems, toolkits and Python environments keep them.
/// </summary>
/// <remarks>
/// SUTI_CUDA says where to look first: a folder, <c>emulated</c> for the driver that runs kernels on the processor, or
/// <c>off</c>.
/// </remarks>
static class NativeLibraries
{
    internal const string Variable = "SUTI_CUDA";

    /// <summary>What the variable says; empty if nothing.</summary>
    internal static string Choice => Environment.GetEnvironmentVariable(Variable) ?? "";

    internal static bool IsEmulated => Choice == "emulated";

    /// <summary>Loads the first library that can be loaded.</summary>
    /// <param name="names">File names, the best first.</param>
    /// <param name="tried">Gathers what was tried in vain.</param>
    /// <param name="path">Where it was found.</param>
    /// <returns>0 if none can be loaded.</returns>
    internal static nint Load(IReadOnlyList<string> names, List<string> tried, out string path)
    {
        foreach (string name in names)
        {
            foreach (string candidate in Candidates(name))
            {
                path = candidate;
                bool isFile = candidate.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal);
                if (isFile && !File.Exists(candidate))
                    continue;
                if (NativeLibrary.TryLoad(candidate, out nint handle))
                    return handle;
                tried.Add(candidate);
            }
        }
        path = "";
        return 0;
    }

    /// <summary>File names of a library of the toolkit, for the versions that a driver can run, the newest first.</summary>
    internal static IReadOnlyList<string> Versions(string library, int driverVersion)
    {
        int[] majors = driverVersion >= 13000 ? [13, 12] : [12, 13];
        string Name(int major) => !OperatingSystem.IsWindows() ? $"lib{library}.so.{major}"
            : library == "nvrtc" ? $"nvrtc64_{major}0_0.dll" : $"{library}64_{major}.dll";
        return [.. majors.Select(Name)];
    }

    static IEnumerable<string> Candidates(string name)
    {
        if (Path.IsPathRooted(name))
        {
            yield return name;
            yield break;
        }
        string choice = Choice;
        if (Directory.Exists(choice))
            yield return Path.Combine(choice, name);
        yield return name;
        foreach (string folder in Folders())
            yield return Path.Combine(folder, name);
    }

    static IEnumerable<string> Folders()
    {
        foreach (string variable in (string[])["CUDA_PATH", "CUDA_HOME"])
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } toolkit)
            {
                yield return Path.Combine(toolkit, OperatingSystem.IsWindows() ? "bin" : "lib64");
                yield return Path.Combine(toolkit, "bin", "x64");
            }
        }
        if (!OperatingSystem.IsWindows())
        {
            yield return "/usr/local/cuda/lib64";
            foreach (string toolkit in Children("/usr/local", "cuda-*"))
                yield return Path.Combine(toolkit, "lib64");
        }
        foreach (string packages in SitePackages())
        {
            foreach (string package in Children(Path.Combine(packages, "nvidia"), "*"))
                yield return Path.Combine(package, OperatingSystem.IsWindows() ? "bin" : "lib");
            yield return Path.Combine(packages, "torch", "lib");
        }
    }

    static IEnumerable<string> SitePackages()
    {
        foreach (string variable in (string[])["VIRTUAL_ENV", "CONDA_PREFIX"])
        {
            if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } root)
                continue;
            yield return Path.Combine(root, "Lib", "site-packages");
            foreach (string python in Children(Path.Combine(root, "lib"), "python3*"))
                yield return Path.Combine(python, "site-packages");
        }
        if (OperatingSystem.IsWindows())
            yield break;
        foreach (string root in (string[])["/usr/local/lib", "/usr/lib", "/opt/conda/lib"])
        {
            foreach (string python in Children(root, "python3*"))
            {
                yield return Path.Combine(python, "site-packages");
                yield return Path.Combine(python, "dist-packages");
            }
        }
    }

    static IEnumerable<string> Children(string folder, string pattern)
        => Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, pattern).OrderDescending(StringComparer.Ordinal) : [];
}
