using System.Diagnostics;
using System.Globalization;
using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

/// <summary>Mutated files: each is read or refused by rule, never anything else.</summary>
public class SafetensorsFuzzTests
{
    const int Inputs = 200_000;

    // Pieces that a blind change of bytes would hardly ever hit upon.
    static readonly byte[][] s_pieces = [.. ((string[])
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0000", "\\ud800", "-", "-0", "0", "1e9", "1.5", "4294967296",
        "9223372036854775807", "9223372036854775808", "18446744073709551615", "null", "true", "[0,0]", "[]", "{}",
        "\"dtype\":\"F32\",", "\"shape\":[],", "\"data_offsets\":[0,0],", "\"__metadata__\":{\"k\":\"v\"},",
        "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},", "F64", "BF16", "\0", "\xff",
        "\xc3", "\n", "  ",
    ]).Select(System.Text.Encoding.Latin1.GetBytes)];

    static readonly byte[][] s_seeds =
    [
        SafetensorsBytes.File("{}"),
        SafetensorsBytes.File("""{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}""", 16),
        SafetensorsBytes.File(
            """
            {"__metadata__":{"k":"v","\u00e9":"\n"},"b":{"dtype":"U8","shape":[3],"data_offsets":[5,8]},
            "a":{"shape":[5],"dtype":"I8","data_offsets":[0,5]},"e":{"dtype":"F64","shape":[0,4],"data_offsets":[8,8]},
            "s":{"dtype":"BF16","shape":[],"data_offsets":[8,10]}}
            """, 10),
    ];

    [Test]
    public void Two_hundred_thousand_mutated_files_are_read_or_refused_by_rule()
    {
        var random = new Random(20_260_101);
        var seen = new HashSet<SafetensorsRule>();
        int read = 0;
        for (int i = 0; i < Inputs; i++)
            read += Try(Mutate(random), random, seen) ? 1 : 0;
        TestContext.Out.WriteLine($"{read} of {Inputs} read; refused by {string.Join(", ", seen.Order())}");
        // The mutations are worth their time only if they get past the first checks.
        Assert.That(read, Is.GreaterThan(Inputs / 100));
        Assert.That(seen, Has.Count.GreaterThanOrEqualTo(20));
    }

    [Test]
    public void Mutated_files_for_as_long_as_asked()
    {
        string? asked = Environment.GetEnvironmentVariable("SUTI_FUZZ_SECONDS");
        if (!double.TryParse(asked, CultureInfo.InvariantCulture, out double seconds))
        {
            Assert.Pass("SUTI_FUZZ_SECONDS is not set; the fixed number of inputs is another test.");
            return;
        }
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var seen = new HashSet<SafetensorsRule>();
        long count = 0;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; count++)
            Try(Mutate(random), random, seen);
        Assert.Pass($"{count} inputs, seed {seed}; refused by {string.Join(", ", seen.Order())}");
    }

    static bool Try(byte[] file, Random random, HashSet<SafetensorsRule> seen)
    {
        SafetensorsRule? refusal = Refusal(file, JsonTokens.FirstWindow);
        if (refusal is not null)
            seen.Add(refusal.Value);
        // The verdict must not depend on where the window cuts the header.
        if (random.Next(4) == 0 && Refusal(file, random.Next(1, 40)) != refusal)
            throw new InvalidOperationException($"another verdict through a small window: {Convert.ToHexString(file)}");
        return refusal is null;
    }

    static SafetensorsRule? Refusal(byte[] file, int window)
    {
        SafetensorsHeader header;
        try
        {
            header = SafetensorsBytes.Parse(file, window);
        }
        catch (SafetensorsException e)
        {
            return e.BrokenRule;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"input {Convert.ToHexString(file)}", e);
        }
        // What was accepted must lie within the file and tile it.
        long end = 0;
        foreach (SafetensorsEntry entry in header.InDataOrder)
        {
            if (entry.Begin != end
                || !entry.Type.TryCount(entry.Shape.AsSpan(), out _, out long bytes)
                || bytes != entry.ByteCount)
                throw new InvalidOperationException($"accepted {Convert.ToHexString(file)}");
            end = entry.End;
        }
        if (header.DataStart + end != file.Length)
            throw new InvalidOperationException($"accepted {Convert.ToHexString(file)}");
        return null;
    }

    static byte[] Mutate(Random random)
    {
        List<byte> file = [.. s_seeds[random.Next(s_seeds.Length)]];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
            Change(file, random);
        // Most changes alter the header's length; unless it is set right nothing behind it is ever tested.
        if (random.Next(8) != 0 && file.LastIndexOf((byte)'}') is int brace and >= 8)
        {
            byte[] length = BitConverter.GetBytes((long)brace + 1 - 8);
            for (int i = 0; i < length.Length; i++)
                file[i] = length[i];
        }
        return [.. file];
    }

    static void Change(List<byte> file, Random random)
    {
        int at = random.Next(file.Count + 1);
        int count = Math.Min(random.Next(1, 12), file.Count - at);
        switch (random.Next(7))
        {
            case 0 when at < file.Count:
                file[at] = (byte)random.Next(256);
                break;
            case 1 when at < file.Count:
                file[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                file.RemoveRange(at, count);
                break;
            case 3:
                file.InsertRange(at, file.GetRange(at, count));
                break;
            case 4:
                file.InsertRange(at, s_pieces[random.Next(s_pieces.Length)]);
                break;
            case 5:
                file.RemoveRange(at, count);
                file.InsertRange(at, s_pieces[random.Next(s_pieces.Length)]);
                break;
            default:
                // A digit for a digit keeps the JSON whole, and lets shapes and offsets disagree.
                int[] digits = [.. Enumerable.Range(8, Math.Max(0, file.Count - 8))
                    .Where(i => char.IsAsciiDigit((char)file[i]))];
                if (digits.Length > 0)
                    file[digits[random.Next(digits.Length)]] = (byte)('0' + random.Next(10));
                break;
        }
    }
}
