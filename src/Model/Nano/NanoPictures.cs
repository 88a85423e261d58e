using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Imaging;

namespace SuTI.Model.Nano;

/// <summary>How the nano networks are shown pictures, in training and afterwards: from -1 to 1, cut to a square.</summary>
static class NanoPictures
{
    static readonly double[] s_half = [0.5, 0.5, 0.5];

    internal static ImagePreprocessing Preprocessing(int size)
        => ImagePreprocessing.Clip(size) with { Mean = s_half, Deviation = s_half };

    /// <summary>The preprocessor_config.json that reads as this.</summary>
    internal static JsonConfig Config(int size) => ConfigWriter.Write("preprocessor", json =>
    {
        json.WriteString("image_processor_type"u8, "CLIPImageProcessor");
        json.WriteBoolean("do_resize"u8, true);
        json.WriteStartObject("size"u8);
        json.WriteNumber("shortest_edge"u8, size);
        json.WriteEndObject();
        json.WriteNumber("resample"u8, 3);
        json.WriteBoolean("do_center_crop"u8, true);
        json.WriteStartObject("crop_size"u8);
        json.WriteNumber("height"u8, size);
        json.WriteNumber("width"u8, size);
        json.WriteEndObject();
        json.WriteBoolean("do_rescale"u8, true);
        json.WriteNumber("rescale_factor"u8, 1 / 255.0);
        json.WriteBoolean("do_normalize"u8, true);
        foreach (string key in (string[])["image_mean", "image_std"])
        {
            json.WriteStartArray(key);
            foreach (double value in s_half)
                json.WriteNumberValue(value);
            json.WriteEndArray();
        }
    });

    /// <summary>Embeds pictures piece by piece, so that memory does not grow with their number.</summary>
    /// <param name="embed">From (n, size, size, 3) to (n, width).</param>
    /// <returns>One vector of length 1 for each picture.</returns>
    internal static IReadOnlyList<float[]> Embed(IReadOnlyList<Image> images, int size, Device device, Func<Tensor, Tensor> embed)
    {
        const int atOnce = 64;
        var preprocessing = Preprocessing(size);
        var vectors = new List<float[]>(images.Count);
        foreach (var some in images.Chunk(atOnce))
        {
            using var scope = TensorScope.Open("embed");
            vectors.AddRange(Rows(embed(preprocessing.Apply(some, device))));
        }
        return vectors;
    }

    /// <summary>The rows of (n, width), each of length 1.</summary>
    internal static IEnumerable<float[]> Rows(Tensor vectors)
    {
        float[] values = vectors.Cast(DType.Float32).L2Normalize().ToArray<float>();
        return values.Chunk(vectors.Shape[1]);
    }
}
