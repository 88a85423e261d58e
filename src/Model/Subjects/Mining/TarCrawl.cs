using System.Text;

namespace SuTI.Model.Subjects.Mining;

/// <summary>
/// A shard in the manner of webdataset: members in a row with the same name up to its first dot are one sample. The picture is
/// .jpg, .jpeg or .png; .json has <c>url</c> and <c>text</c> or <c>caption</c>; .txt has the text, .url the page where .json does not.
/// </summary>
static class TarCrawl
{
    const int LongestMember = 64 << 10;

    internal static IEnumerable<CrawlEntry> Read(Func<Stream> open, string shard, CrawlFaults faults)
    {
        using var file = open();
        var sample = new Sample("", shard);
        using var members = TarMembers.Read(file).GetEnumerator();
        while (true)
        {
            TarMember member;
            try
            {
                if (!members.MoveNext())
                    break;
                member = members.Current;
            }
            catch (InvalidDataException)
            {
                faults.BrokenShards++;
                break;
            }
            if (!member.IsFile)
            {
                // Folders are no fault.
                faults.Links += member.Type == '5' ? 0 : 1;
                continue;
            }
            string name = member.Name.StartsWith("./", StringComparison.Ordinal) ? member.Name[2..] : member.Name;
            if (!Catalogue.RelativePaths.IsInside(name))
            {
                faults.BadPaths++;
                continue;
            }
            int dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
            string key = dot < 0 ? name : name[..dot], extension = dot < 0 ? "" : name[(dot + 1)..].ToLowerInvariant();
            if (key != sample.Key)
            {
                if (sample.Entry(faults) is { } entry)
                    yield return entry;
                sample = new(key, shard);
            }
            if (!sample.Take(file, member, extension))
                faults.Unmatched++;
        }
        if (sample.Entry(faults) is { } last)
            yield return last;
    }

    /// <summary>The members of one name.</summary>
    sealed class Sample(string key, string shard)
    {
        (long Start, long Length)? _picture;
        string? _text, _url;
        bool _isAny;

        internal string Key => key;

        internal bool Take(Stream file, TarMember member, string extension)
        {
            _isAny = true;
            switch (extension)
            {
                case "jpg" or "jpeg" or "png" when _picture is null:
                    _picture = (member.Start, member.Length);
                    return true;
                case "json" when Bytes(file, member) is { } json && CrawlJson.Read(json, "url", "text", "caption") is { } values:
                    (_url, _text) = (values[0] ?? _url, values[1] ?? values[2] ?? _text);
                    return true;
                case "txt" when Bytes(file, member) is { } text:
                    _text ??= Encoding.UTF8.GetString(text);
                    return true;
                case "url" when Bytes(file, member) is { } url:
                    _url ??= Encoding.UTF8.GetString(url).Trim();
                    return true;
                default:
                    return false;
            }
        }

        internal CrawlEntry? Entry(CrawlFaults faults)
        {
            if (_picture is { } at && CrawlJson.IsUrl(_url))
                return new(_url!, shard, at.Start, at.Length, CrawlJson.Shortened(_text));
            faults.BadLines += _isAny ? 1 : 0;
            return null;
        }

        static byte[]? Bytes(Stream file, TarMember member)
        {
            if (member.Length > LongestMember)
                return null;
            byte[] bytes = new byte[member.Length];
            file.Position = member.Start;
            return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? bytes : null;
        }
    }
}
