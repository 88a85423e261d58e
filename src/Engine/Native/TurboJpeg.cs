using System.Runtime.InteropServices;

namespace SuTI.Engine.Native;

/// <summary>
/// libjpeg-turbo's TurboJPEG library, bound by name when it is first asked for: the functions that versions 1.4 to 3
/// have in common.
/// </summary>
/// <remarks>SUTI_TURBOJPEG names the library's file, or is <c>off</c> to do without it.</remarks>
public sealed unsafe class TurboJpeg
{
    const string Variable = "SUTI_TURBOJPEG";
    const int AccurateTransform = 1 << 12, LimitScans = 1 << 15, IsWarning = 0;

    static readonly string[] s_brew = ["/opt/homebrew/opt/jpeg-turbo/lib", "/usr/local/opt/jpeg-turbo/lib"];

    static readonly Lazy<TurboJpeg> s_instance = new(() => new(Environment.GetEnvironmentVariable(Variable)));

    readonly delegate* unmanaged<nint> _create;
    readonly delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int> _decompress;
    readonly delegate* unmanaged<nint, int> _destroy;
    readonly delegate* unmanaged<nint, int> _errorCode;
    readonly delegate* unmanaged<nint, byte*> _errorText;

    /// <summary>Binds the library in a file of this name.</summary>
    /// <param name="choice">
    /// As the variable has it: a file, <c>off</c>, or null or empty for where systems keep it.
    /// </param>
    /// <exception cref="SutiException">The library is not there; the message says how to install it.</exception>
    public TurboJpeg(string? choice)
    {
        nint library = Load(choice);
        _create = (delegate* unmanaged<nint>)Find(library, "tjInitDecompress");
        _decompress = (delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int>)
            Find(library, "tjDecompress2");
        _destroy = (delegate* unmanaged<nint, int>)Find(library, "tjDestroy");
        _errorCode = (delegate* unmanaged<nint, int>)Find(library, "tjGetErrorCode");
        _errorText = (delegate* unmanaged<nint, byte*>)Find(library, "tjGetErrorStr2");
    }

    /// <exception cref="SutiException">The library is not installed; the message says how to install it.</exception>
    public static TurboJpeg Instance => s_instance.Value;

    /// <summary>
    /// Decompresses a whole file: the accurate integer transform, chroma enlarged by the triangle filter.
    /// </summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="width">As the file's header has it.</param>
    /// <param name="pixels">Receives height · width · channels bytes: 1 channel grey, 3 RGB, 4 CMYK as stored.</param>
    /// <param name="warning">The first thing that was wrong but did not end the work; null if nothing was.</param>
    /// <exception cref="SutiException">The library refuses the file, in its own words.</exception>
    public void Decompress(
        ReadOnlySpan<byte> file, int width, int height, int channels, Span<byte> pixels, out string? warning)
    {
        // The library's numbers for RGB, grey and CMYK.
        int format = channels switch
        {
            1 => 6,
            3 => 0,
            4 => 11,
            _ => throw new SutiException("turbojpeg", "there is no such pixel", "1, 3 or 4 channels", $"{channels}"),
        };
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != (long)width * height * channels)
            throw new SutiException("turbojpeg", "the pixels do not fit", $"{(long)width * height * channels} bytes",
                $"{pixels.Length}");
        nint handle = _create();
        if (handle == 0)
            throw new SutiException("turbojpeg", "cannot begin", null, Text(0));
        try
        {
            int status;
            fixed (byte* from = file)
            fixed (byte* to = pixels)
            {
                status = _decompress(handle, from, new((nuint)file.Length), to, width, width * channels, height, format,
                    AccurateTransform | LimitScans);
            }
            warning = status == 0 ? null : Text(handle);
            if (status != 0 && _errorCode(handle) != IsWarning)
                throw new SutiException("turbojpeg", "the file cannot be decompressed", null, warning);
        }
        finally
        {
            _destroy(handle);
        }
    }

    string Text(nint handle)
        => CheckpointException.Printable(Marshal.PtrToStringUTF8((nint)_errorText(handle)) ?? "no message");

    static nint Load(string? choice)
    {
        string[] names = !string.IsNullOrEmpty(choice) ? [choice]
            : OperatingSystem.IsWindows() ? ["turbojpeg.dll", @"C:\libjpeg-turbo64\bin\turbojpeg.dll"]
            : OperatingSystem.IsMacOS()
                ? ["libturbojpeg.0.dylib", .. s_brew.Select(folder => folder + "/libturbojpeg.0.dylib")]
            : ["libturbojpeg.so.0", "/opt/libjpeg-turbo/lib64/libturbojpeg.so.0"];
        foreach (string name in names)
        {
            if (name != "off" && NativeLibrary.TryLoad(name, out nint library))
                return library;
        }
        string command = OperatingSystem.IsWindows() ? "winget install libjpeg-turbo.libjpeg-turbo.VC"
            : OperatingSystem.IsMacOS() ? "brew install jpeg-turbo"
                : "apt-get install libturbojpeg0 (Fedora: dnf install turbojpeg)";
        throw new SutiException("turbojpeg",
            $"the library that reads JPEG files is not installed; install it with: {command}",
            choice == "off" ? null : string.Join(" or ", names), choice == "off" ? $"{Variable}=off" : "none of these");
    }

    static nint Find(nint library, string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? address
        : throw new SutiException("turbojpeg", "the library is too old", name, "no such function");
}
