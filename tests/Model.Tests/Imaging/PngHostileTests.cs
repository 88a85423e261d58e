using SuTI.Model.Imaging;
using static SuTI.Model.Tests.Imaging.PngBytes;

namespace SuTI.Model.Tests.Imaging;

/// <summary>Files that break a rule or ask for too much: each is refused with the reason, in little memory.</summary>
public class PngHostileTests
{
    // What a refusal may allocate: far less than any picture that these files announce.
    const long RefusalBytes = 4 << 20;

    static IEnumerable<TestCaseData> Files()
    {
        byte[] header = Header(2, 1), data = Data(0, 1, 2), palette = Chunk("PLTE", [1, 2, 3]);
        byte[] good = File(header, data, End);
        yield return Case("empty", "is empty", []);
        yield return Case("signature alone", "no chunk IEND closes it", Signature);
        yield return Case("no header", "the first chunk is another", File(data, End));
        yield return Case("two headers", "there is a second header", File(header, header, data, End));
        yield return Case("short header", "IHDR has another length", File(Chunk("IHDR", new byte[12]), data, End));
        yield return Case("no width", "at least one pixel", File(Header(0, 1), data, End));
        yield return Case("wide as an unsigned number", "a side is too long",
            File(Header(uint.MaxValue, 1), data, End));
        yield return Case("too many pixels", "has too many pixels", File(Header(60_000, 60_000, 16, 6), data, End));
        yield return Case("compression method", "compression method is not known", File(HeaderWith(10, 1), data, End));
        yield return Case("filter method", "filter method is not known", File(HeaderWith(11, 1), data, End));
        yield return Case("interlace method", "interlace method is not known", File(HeaderWith(12, 2), data, End));
        yield return Case("depth 0", "bit depth does not go", File(HeaderWith(8, 0), data, End));
        yield return Case("cut in a chunk", "is truncated in the chunk IDAT", good[..^20]);
        yield return Case("cut before the end", "no chunk IEND closes it", good[..^12]);
        yield return Case("length beyond 31 bits", "is truncated in the chunk IDAT",
            [.. Signature, .. header, 0xff, 0xff, 0xff, 0xff, .. "IDAT"u8, .. new byte[8]]);
        yield return Case("name without letters", "made of letters",
            File(header, [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0], End));
        yield return Case("wrong check", "IDAT is damaged", File(header, [.. data[..^1], (byte)(data[^1] ^ 1)], End));
        yield return Case("wrong check of a text", "tEXt is damaged",
            File(header, [.. Chunk("tEXt", [65, 0])[..^1], 0], data, End));
        yield return Case("unknown critical chunk", "must be understood", File(header, Chunk("QUIZ", []), data, End));
        yield return Case("Apple's variant", "Apple", File(Chunk("CgBI", new byte[4]), header, data, End));
        yield return Case("no data", "holds no pixels", File(header, End));
        yield return Case("data in two places", "do not follow each other",
            File(header, data, Chunk("tIME", new byte[7]), data, End));
        yield return Case("two palettes", "second palette", File(Header(1, 1, 8, 3), palette, data, palette, End));
        yield return Case("first palette after data", "palette comes too late",
            File(Header(1, 1, 8, 2), data, palette, End));
        yield return Case("palette of a grey picture", "has no palette", File(header, palette, data, End));
        yield return Case("palette of four bytes", "palette has another size",
            File(Header(1, 1, 8, 3), Chunk("PLTE", new byte[4]), data, End));
        yield return Case("palette beyond the depth", "palette has another size",
            File(Header(1, 1, 1, 3), Chunk("PLTE", new byte[9]), data, End));
        yield return Case("no palette", "no palette", File(Header(1, 1, 8, 3), Data(0, 0), End));
        yield return Case("index beyond the palette", "lies beyond the palette",
            File(Header(1, 1, 8, 3), palette, Data(0, 1), End));
        yield return Case("transparency before the palette", "transparency comes too early",
            File(Header(1, 1, 8, 3), Chunk("tRNS", [1]), palette, Data(0, 0), End));
        yield return Case("transparency after data", "transparency comes too late",
            File(header, data, Chunk("tRNS", [0, 1]), End));
        yield return Case("two transparencies", "second transparency",
            File(header, Chunk("tRNS", [0, 1]), Chunk("tRNS", [0, 1]), data, End));
        yield return Case("transparency of one byte", "transparency has another size",
            File(header, Chunk("tRNS", [1]), data, End));
        yield return Case("transparency beyond the palette", "transparency has another size",
            File(Header(1, 1, 8, 3), palette, Chunk("tRNS", [1, 2]), Data(0, 0), End));
        yield return Case("unknown filter", "filter is not known", File(header, Data(5, 1, 2), End));
        yield return Case("rows missing", "compressed data ends early", File(Header(2, 3), data, End));
        yield return Case("not compressed", "compressed data is damaged",
            File(header, Chunk("IDAT", [1, 2, 3, 4, 5, 6, 7, 8]), End));
        yield return Case("compressed data damaged", "compressed data is damaged",
            File(header, Chunk("IDAT", Damaged()), End));
        yield return Case("large and without data", "cannot hold so many pixels",
            File(Header(8000, 8000, 16, 6), Data(0), End));
        yield return Case("a text's keyword missing", "tEXt is malformed",
            File(header, Chunk("tEXt", [65, 66]), data, End));
        yield return Case("a text without keyword", "tEXt is malformed",
            File(header, Chunk("tEXt", [0, 66]), data, End));
        yield return Case("a text of no UTF-8", "no valid UTF-8",
            File(header, Chunk("iTXt", [65, 0, 0, 0, 0, 0, 0xff]), data, End));
        yield return Case("a text of unknown compression", "zTXt is malformed",
            File(header, Chunk("zTXt", [65, 0, 1]), data, End));
        yield return Case("a text compressed by nobody", "cannot be decompressed",
            File(header, Chunk("zTXt", [65, 0, 0, 9, 9, 9, 9]), data, End));
    }

    [TestCaseSource(nameof(Files))]
    public void Is_refused_with_the_reason(byte[] file, string reason)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var failure = Assert.Throws<ImageException>(() => ImageFile.Decode(file, "hostile"))!;
        Assert.That(failure.Message, Does.StartWith("hostile: ").And.Contains(reason));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(RefusalBytes));
    }

    [Test]
    public void A_picture_that_expands_a_thousandfold_is_refused_by_its_pixels()
    {
        // 100 megabytes of zeros in 100 kilobytes: the compressed data would do, the limit on pixels does not.
        byte[] file = File(Header(50_000, 2_000), Chunk("IDAT", Compress(new byte[(50_001 * 2_000)])), End);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => ImageFile.Decode(file, "bomb"),
            Throws.TypeOf<ImageException>().With.Message.Contains("too many pixels"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(RefusalBytes));
    }

    [Test]
    public void Data_beyond_the_last_row_is_not_inflated()
    {
        byte[] file = File(Header(1, 1), Chunk("IDAT", Compress(new byte[50_000_000])), End);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var image = ImageFile.Decode(file, "tail");
        Assert.That(image.Notes, Has.One.Contains("after the last row"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(RefusalBytes));
    }

    [TestCase("zTXt", new byte[] { 65, 0, 0 })]
    [TestCase("iTXt", new byte[] { 65, 0, 1, 0, 0, 0 })]
    public void Texts_that_expand_are_cut_off_by_the_limit(string chunk, byte[] head)
    {
        byte[] text = Chunk(chunk, [.. head, .. Compress(new byte[40_000_000])]);
        byte[] file = File(Header(1, 1), text, Data(0, 0), End);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => ImageFile.Decode(file, "text"),
            Throws.TypeOf<ImageException>().With.Message.Contains("at most 8388608 bytes of text"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(50 << 20));
    }

    [Test]
    public void Limits_hold_for_every_count()
    {
        byte[] file = File(Header(2, 1), Chunk("tEXt", [65, 0, 66]), Chunk("tEXt", [65, 0, 66]), Data(0, 1, 2), End);
        Assert.That(ImageFile.Decode(file, "limits").Texts, Has.Count.EqualTo(2));
        Refuses(new() { Chunks = 4 }, "too many chunks");
        Refuses(new() { Texts = 1 }, "too many texts");
        Refuses(new() { TextBytes = 1 }, "at most 1 bytes of text");
        Refuses(new() { Pixels = 1 }, "too many pixels");
        Refuses(new() { Side = 1 }, "a side is too long");
        Refuses(new() { FileBytes = 20 }, "too large for a picture");

        void Refuses(ImageLimits limits, string reason)
            => Assert.That(() => ImageFile.Decode(file, "limits", limits),
                Throws.TypeOf<ImageException>().With.Message.Contains(reason));
    }

    [Test]
    public void A_damaged_file_gives_a_picture_or_a_reason()
    {
        byte[] good = File(Header(5, 4, 4, 3, 1), Chunk("PLTE", new byte[30]), Chunk("tRNS", [9, 8]),
            Chunk("tEXt", [.. "Title\0text"u8]),
            Data([.. Enumerable.Repeat((byte)0, 64)]), End);
        var random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] file = [.. good];
            int at = random.Next(file.Length);
            file[at] ^= (byte)(1 << random.Next(8));
            if (i % 3 == 0)
                Array.Resize(ref file, random.Next(file.Length));
            else if (i % 3 == 1)
                Resign(file);
            try
            {
                ImageFile.Decode(file, "mutant");
            }
            catch (ImageException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.InRange(1000, 2999));
    }

    // Corrects the checks of all chunks, so that what is inside them is reached.
    static void Resign(byte[] file)
    {
        for (int at = 8; at + 12 <= file.Length;)
        {
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            if (length < 0 || length > file.Length - at - 12)
                return;
            uint check = SuTI.Model.Imaging.Png.Crc32.Append(0, file.AsSpan(at + 4, length + 4));
            Number(check).CopyTo(file.AsSpan(at + 8 + length));
            at += 12 + length;
        }
    }

    static byte[] HeaderWith(int field, byte value)
    {
        byte[] fields = [.. Header(2, 1).AsSpan(8, 13)];
        fields[field] = value;
        return Chunk("IHDR", fields);
    }

    static byte[] Damaged()
    {
        byte[] compressed = Compress([0, 1, 2]);
        compressed[^1] ^= 1;
        return compressed;
    }

    static TestCaseData Case(string name, string reason, byte[] file)
        => new TestCaseData(file, reason).SetArgDisplayNames(name);
}
