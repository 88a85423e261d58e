using System.Buffers.Binary;
using System.Text;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Training;

/// <summary>Event files, read by a reader that shares nothing with the writer.</summary>
public class EventFileTests
{
    TemporaryFolder _folder = null!;

    string Path => _folder.File("events.out.tfevents.suti");

    [SetUp]
    public void Create() => _folder = new TemporaryFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public void Scalars_and_pictures_are_there_in_frames_whose_checksums_hold()
    {
        byte[] png = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];
        using (var events = EventFile.Open(Path, 0))
        {
            events.Scalars(7, [new("loss", 0.25), new("gradient_norm", double.PositiveInfinity)]);
            events.Picture(300, new("grid", 200, 3, png));
        }
        var read = Records(File.ReadAllBytes(Path)).Select(Fields).ToList();
        Assert.That(read, Has.Count.EqualTo(3));
        Assert.That(Encoding.UTF8.GetString((byte[])read[0][3][0]), Is.EqualTo("brain.Event:2"));
        Assert.That(read[1][2][0], Is.EqualTo(7UL));
        Assert.That(BitConverter.Int64BitsToDouble((long)(ulong)read[1][1][0]), Is.GreaterThan(1.6e9), "seconds since 1970");
        var values = Fields((byte[])read[1][5][0])[1].Select(value => Fields((byte[])value)).ToList();
        Assert.That(values.Select(value => Encoding.UTF8.GetString((byte[])value[1][0])), Is.EqualTo(new[] { "loss", "gradient_norm" }));
        Assert.That(values.Select(value => BitConverter.UInt32BitsToSingle((uint)(ulong)value[2][0])),
            Is.EqualTo(new[] { 0.25f, float.PositiveInfinity }));
        var picture = Fields((byte[])Fields((byte[])read[2][5][0])[1][0]);
        var image = Fields((byte[])picture[4][0]);
        Assert.That(Encoding.UTF8.GetString((byte[])picture[1][0]), Is.EqualTo("samples/grid"));
        Assert.That(image[1][0], Is.EqualTo(3UL), "height");
        Assert.That(image[2][0], Is.EqualTo(200UL), "width");
        Assert.That(image[4][0], Is.EqualTo(png));
    }

    [Test]
    public void A_file_is_cut_back_to_the_resumed_step_and_at_what_is_cut_off_or_damaged()
    {
        using (var events = EventFile.Open(Path, 0))
        {
            for (int step = 1; step <= 5; step++)
                events.Scalars(step, [new("loss", step)]);
        }
        byte[] whole = File.ReadAllBytes(Path);
        int[] ends = [.. Ends(whole)];
        EventFile.Open(Path, 3).Dispose();
        Assert.That(File.ReadAllBytes(Path), Is.EqualTo(whole[..ends[3]]));
        for (int cut = 0; cut <= whole.Length; cut++)
        {
            File.WriteAllBytes(Path, whole[..cut]);
            EventFile.Open(Path, 99).Dispose();
            int end = ends.LastOrDefault(end => end <= cut);
            if (end > 0)
                Assert.That(File.ReadAllBytes(Path), Is.EqualTo(whole[..end]), $"cut at {cut}");
            else
                Assert.That(Records(File.ReadAllBytes(Path)), Has.Count.EqualTo(1), $"cut at {cut}: begun anew");
        }
        for (int at = ends[1]; at < ends[2]; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x40;
            File.WriteAllBytes(Path, damaged);
            EventFile.Open(Path, 99).Dispose();
            Assert.That(new FileInfo(Path).Length, Is.EqualTo(ends[1]), $"damaged at {at}");
        }
    }

    [Test]
    public void The_checksum_is_that_of_the_standard()
    {
        // RFC 3720, B.4: 32 zeros give 8a9136aa, 32 ones 62a8ab43; masked as TensorFlow does.
        Assert.That(RecordFraming.MaskedCrc(new byte[32]), Is.EqualTo(Masked(0x8a9136aa)));
        Assert.That(RecordFraming.MaskedCrc([.. Enumerable.Repeat((byte)0xff, 32)]), Is.EqualTo(Masked(0x62a8ab43)));
        Assert.That(Masked(Crc("123456789"u8)), Is.EqualTo(Masked(0xe3069283)));
    }

    [Test]
    public void A_run_leaves_one_event_a_line_of_metrics_and_one_a_picture()
    {
        TinyRun.GoUntil(9, _folder.File("run"));
        TinyRun.Go(_folder.File("run"));
        var records = Records(File.ReadAllBytes(_folder.File("run/events.out.tfevents.suti"))).Select(Fields).ToList();
        int lines = MetricsFile.Read(_folder.File("run/metrics.jsonl")).Count();
        Assert.That(records, Has.Count.EqualTo(1 + lines + 2));
        Assert.That(records.Select(record => (ulong)record[2][0]), Is.Ordered);
    }

    static uint Masked(uint crc) => unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);

    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in bytes)
        {
            crc ^= one;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
        }
        return ~crc;
    }

    static List<byte[]> Records(byte[] file)
    {
        var records = new List<byte[]>();
        for (int at = 0; at < file.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at)));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)), Is.EqualTo(Masked(Crc(file.AsSpan(at, 8)))));
            byte[] record = file[(at + 12)..(at + 12 + length)];
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)), Is.EqualTo(Masked(Crc(record))));
            records.Add(record);
            at += 16 + length;
        }
        return records;
    }

    static IEnumerable<int> Ends(byte[] file)
    {
        int end = 0;
        foreach (byte[] record in Records(file))
            yield return end += 16 + record.Length;
    }

    // Numbers as UInt64, whatever their size; texts and messages as bytes.
    static Dictionary<int, List<object>> Fields(byte[] message)
    {
        var fields = new Dictionary<int, List<object>>();
        int at = 0;
        while (at < message.Length)
        {
            ulong tag = Varint();
            object value;
            switch (tag & 7)
            {
                case 0:
                    value = Varint();
                    break;
                case 1:
                    value = BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(at));
                    at += 8;
                    break;
                case 2:
                    int length = (int)Varint();
                    value = message[at..(at + length)];
                    at += length;
                    break;
                default:
                    value = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(at));
                    at += 4;
                    break;
            }
            if (!fields.TryGetValue((int)(tag >> 3), out var list))
                fields.Add((int)(tag >> 3), list = []);
            list.Add(value);
        }
        return fields;

        ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = message[at++];
                value |= (ulong)(next & 0x7f) << shift;
                if (next < 0x80)
                    return value;
            }
        }
    }
}
