using System.Text.Json;
using SuTI.Engine;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>What a route did for one subject: a line of results.jsonl.</summary>
/// <param name="Subject">Its number.</param>
/// <param name="Class">Its noun.</param>
/// <param name="MadeBy"><see cref="IDrawingRoute.MadeBy"/></param>
/// <param name="Preparing">Seconds, as in <see cref="DrawnPictures"/>.</param>
/// <param name="First">The same.</param>
/// <param name="Each">The same.</param>
public sealed record RouteResult(int Subject, string Class, string Route, string MadeBy, double Preparing, double First, double Each,
    IReadOnlyList<PictureScore> Pictures)
{
    /// <summary>The subject's mean of a score; null if none of the pictures has it.</summary>
    public double? Mean(string score, string? kind = null)
    {
        double[] values = [.. Pictures.Where(picture => kind is null || picture.Kind == kind).Select(picture => picture.Value(score)).OfType<double>()];
        return values.Length == 0 ? null : values.Average();
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("subject", Subject);
        json.WriteString("class", Class);
        json.WriteString("route", Route);
        json.WriteString("made_by", MadeBy);
        json.WriteNumber("preparing_seconds", Preparing);
        json.WriteNumber("first_seconds", First);
        json.WriteNumber("each_seconds", Each);
        json.WriteStartArray("pictures");
        foreach (var picture in Pictures)
        {
            json.WriteStartObject();
            json.WriteNumber("prompt", picture.Prompt);
            json.WriteString("kind", picture.Kind);
            foreach (string name in PictureScore.Names)
            {
                if (picture.Value(name) is { } value)
                    json.WriteNumber(name, value);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <exception cref="SutiException">It is no result.</exception>
    internal static RouteResult Read(ReadOnlyMemory<byte> line, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var json = document.RootElement;
            return new(json.GetProperty("subject").GetInt32(), json.GetProperty("class").GetString()!, json.GetProperty("route").GetString()!,
                json.GetProperty("made_by").GetString()!, json.GetProperty("preparing_seconds").GetDouble(), json.GetProperty("first_seconds").GetDouble(),
                json.GetProperty("each_seconds").GetDouble(), [.. json.GetProperty("pictures").EnumerateArray().Select(Picture)]);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SutiException(CheckpointException.Printable(source, 1000), "holds results of another form", "lines that suti evaluate wrote", failure.Message, failure);
        }
    }

    static PictureScore Picture(JsonElement json)
    {
        double Number(string name) => json.GetProperty(name).GetDouble();
        return new(json.GetProperty("prompt").GetInt32(), json.GetProperty("kind").GetString()!, Number("dino"), Number("clip_i"), Number("clip_t"),
            Number("identity") > 0, Number("identity_class") > 0, Number("scene") > 0, json.TryGetProperty("attribute", out var value) ? value.GetDouble() > 0 : null);
    }
}
