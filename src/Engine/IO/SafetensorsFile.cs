using System.Security.Cryptography;

namespace SuTI.Engine.IO;

/// <summary>
/// An open safetensors file. Opening reads and checks the header alone; data is read when asked for, straight into the
/// caller's memory. Reads may run on many threads at once.
/// </summary>
/// <remarks>
/// The file is held open (not mapped) until disposal, shared for reading and replacing: whoever saves over its name by
/// renaming leaves this reader on the old content. Format: the safetensors repository's README, section "Format", with
/// the limits of <see cref="SafetensorsLimits"/>. Data is little-endian, as are the machines this engine runs on.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    readonly FileStream _stream;
    readonly SafetensorsHeader _header;
    readonly bool _verifyDigests;

    SafetensorsFile(string path, FileStream stream, SafetensorsHeader header, bool verifyDigests)
    {
        Path = path;
        _stream = stream;
        _header = header;
        _verifyDigests = verifyDigests;
    }

    public string Path { get; }

    /// <summary>All tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _header.InDataOrder;

    /// <summary>All names in the order of their data.</summary>
    public IEnumerable<string> Names => _header.InDataOrder.Select(static entry => entry.Name);

    /// <summary>The file's <c>__metadata__</c>; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens the file at <paramref name="path"/> and checks its whole header.</summary>
    /// <param name="verifyDigests">
    /// Whether reading a whole tensor also checks the SHA-256 digest that <see cref="SafetensorsDigest"/> recorded.
    /// </param>
    /// <exception cref="SafetensorsException">The file breaks a rule of the format.</exception>
    /// <exception cref="CheckpointException">There is no such file, or it cannot be read.</exception>
    public static SafetensorsFile Open(string path, bool verifyDigests = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return CheckpointFiles.Reading(path, () =>
        {
            FileStream stream = CheckpointFiles.Open(path);
            try
            {
                SafetensorsHeader header = SafetensorsHeader.Read(stream, stream.Length, path);
                return new SafetensorsFile(path, stream, header, verifyDigests);
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        });
    }

    public bool Contains(string name) => _header.ByName.ContainsKey(name);

    /// <exception cref="CheckpointException">The file has no tensor of that name.</exception>
    public SafetensorsEntry Entry(string name) => _header.ByName.TryGetValue(name, out SafetensorsEntry? entry)
        ? entry
        : throw new CheckpointException(Path, "the tensor must be in the file",
            found: $"{Entries.Count} others", tensor: name);

    /// <summary>Reads a whole tensor.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="destination">Exactly <see cref="WeightEntry.ByteCount"/> bytes.</param>
    /// <exception cref="CheckpointException">
    /// The tensor is missing, of another size, no longer all there, or not what its digest says.
    /// </exception>
    public void ReadInto(string name, Span<byte> destination)
    {
        SafetensorsEntry entry = Entry(name);
        if (destination.Length != entry.ByteCount)
        {
            throw new CheckpointException(Path, "the destination must hold the tensor exactly",
                $"{entry.ByteCount} bytes for {entry.Type.FormatName()} {entry.ShapeText}",
                $"{destination.Length}", name);
        }
        Read(entry, 0, destination);
        if (_verifyDigests && SafetensorsDigest.Recorded(Metadata, name) is string recorded)
            SafetensorsDigest.Check(Path, name, recorded, SHA256.HashData(destination));
    }

    /// <summary>Reads a part that begins <paramref name="offset"/> bytes into the tensor; checks no digest.</summary>
    /// <exception cref="CheckpointException">The tensor is missing, shorter, or no longer all there.</exception>
    public void ReadInto(string name, long offset, Span<byte> destination)
    {
        SafetensorsEntry entry = Entry(name);
        if (offset < 0 || offset > entry.ByteCount - destination.Length)
        {
            throw new CheckpointException(Path, "the part must lie within the tensor",
                $"0 to {entry.ByteCount}", $"{offset} to {(Int128)offset + destination.Length}", name);
        }
        Read(entry, offset, destination);
    }

    /// <summary>Maps a tensor into memory, to be read where it lies.</summary>
    /// <remarks>
    /// Dispose of the view soon: on Windows a mapped file cannot be replaced, and everywhere a process that touches a
    /// map of a file that another has since cut short is killed. Prefer <see cref="ReadInto(string, Span{byte})"/>.
    /// </remarks>
    /// <exception cref="CheckpointException">The tensor is missing, or no longer all there.</exception>
    public SafetensorsView OpenView(string name)
    {
        SafetensorsEntry entry = Entry(name);
        return CheckpointFiles.Reading(Path, () =>
        {
            if (RandomAccess.GetLength(_stream.SafeFileHandle) < _header.DataStart + entry.End)
                throw Truncated(entry);
            return new SafetensorsView(_stream, _header.DataStart + entry.Begin, entry.ByteCount);
        });
    }

    /// <summary>Reads every tensor that has a recorded digest and checks it.</summary>
    /// <returns>The number of tensors checked; the others have no digest.</returns>
    /// <exception cref="SafetensorsException">A tensor's bytes are not those that were written.</exception>
    public int VerifyDigests()
    {
        int verified = 0;
        byte[] buffer = new byte[1 << 20];
        foreach (SafetensorsEntry entry in Entries)
        {
            if (SafetensorsDigest.Recorded(Metadata, entry.Name) is not string recorded)
                continue;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long offset = 0; offset < entry.ByteCount; offset += buffer.Length)
            {
                Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.ByteCount - offset));
                Read(entry, offset, part);
                hash.AppendData(part);
            }
            SafetensorsDigest.Check(Path, entry.Name, recorded, hash.GetHashAndReset());
            verified++;
        }
        return verified;
    }

    public void Dispose() => _stream.Dispose();

    void Read(SafetensorsEntry entry, long offset, Span<byte> destination)
    {
        long position = _header.DataStart + entry.Begin + offset;
        ReadAhead.Advise(_stream.SafeFileHandle, position + ReadAhead.Distance, destination.Length);
        try
        {
            while (!destination.IsEmpty)
            {
                int count = RandomAccess.Read(_stream.SafeFileHandle, destination, position);
                if (count == 0)
                    throw Truncated(entry);
                position += count;
                destination = destination[count..];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CheckpointFiles.Unreadable(Path, e);
        }
    }

    SafetensorsException Truncated(SafetensorsEntry entry) => new(Path, SafetensorsRule.DataTruncated,
        "the file must not shrink while it is open", $"{_header.DataStart + entry.End} bytes", "fewer", entry.Name);
}
