using System.Globalization;
using SuTI.Engine;
using SuTI.Model.Folders;

namespace SuTI.Model.Imaging;

/// <summary>The published configurations of image processors: preprocessor_config.json (transformers).</summary>
public static class PreprocessorConfig
{
    /// <summary>The longest side of a frame; published ones are below 1024.</summary>
    public const int LargestSide = 4096;

    // Pillow's numbers of filters.
    static readonly (int Number, ResizeFilter Filter)[] s_filters =
    [
        (0, ResizeFilter.Nearest), (1, ResizeFilter.Lanczos), (2, ResizeFilter.Bilinear), (3, ResizeFilter.Bicubic),
        (4, ResizeFilter.Box), (5, ResizeFilter.Hamming),
    ];

    /// <exception cref="SutiException">A processor, key or value that is not known or not supported.</exception>
    public static ImagePreprocessing Read(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var defaults = Processor(config);
        config.Ignore("processor_class", "_processor_class", "do_convert_rgb", "data_format", "input_data_format",
            "return_tensors", "device", "disable_grouping", "_valid_processor_keys", "default_to_square");
        config.Only("do_pad", "false");
        var result = new ImagePreprocessing
        {
            Fit = PictureFit.Crop,
            Filter = Filter(config, defaults.Filter),
            Scale = Scale(config),
            Centre = Centre(config, defaults.Crop),
        };
        if (config.Flag("do_normalize", true))
        {
            result = result with
            {
                Mean = Channels(config, "image_mean", defaults.Mean),
                Deviation = Channels(config, "image_std", defaults.Deviation),
            };
            if (result.Deviation.Any(deviation => deviation <= 0))
                throw config.Unsupported("image_std", "numbers above 0",
                    string.Join(", ", result.Deviation.Select(Text)));
        }
        else
        {
            config.Ignore("image_mean", "image_std");
        }
        result = WithSize(config, defaults, result);
        config.Finish();
        return result;
    }

    static Defaults Processor(JsonConfig config)
    {
        // Both may be there, the older name for older readers.
        string key = config.Has("image_processor_type") ? "image_processor_type" : "feature_extractor_type";
        config.Ignore("feature_extractor_type");
        var clip = new Defaults(IsSquare: false, 224, 224, ResizeFilter.Bicubic, ImagePreprocessing.ClipMean,
            ImagePreprocessing.ClipDeviation);
        var vit = new Defaults(IsSquare: true, 224, null, ResizeFilter.Bilinear, ImagePreprocessing.Halves,
            ImagePreprocessing.Halves);
        return config.Choice(key, null, ("CLIPImageProcessor", clip), ("CLIPImageProcessorFast", clip),
            ("CLIPFeatureExtractor", clip), ("BitImageProcessor", clip), ("BitImageProcessorFast", clip),
            ("ViTImageProcessor", vit), ("ViTImageProcessorFast", vit), ("ViTFeatureExtractor", vit));
    }

    static ImagePreprocessing WithSize(JsonConfig config, Defaults defaults, ImagePreprocessing result)
    {
        if (!config.Flag("do_resize", true))
        {
            config.Ignore("size");
            return result;
        }
        if (config.IsSection("size"))
        {
            var section = config.Section("size")!;
            if (section.Has("shortest_edge"))
                result = result with { ShortestEdge = Side(section, "shortest_edge", 1) };
            else
                result = Exactly(result, new(Side(section, "width", null), Side(section, "height", null)));
            section.Finish();
            return result;
        }
        int side = Side(config, "size", defaults.Size);
        return defaults.IsSquare ? Exactly(result, new(side, side)) : result with { ShortestEdge = side };
    }

    // Squashed into this size; a centre that is cut out then is a smaller one of it.
    static ImagePreprocessing Exactly(ImagePreprocessing result, PictureSize size)
        => result with { Size = size, Fit = PictureFit.Squash };

    static PictureSize? Centre(JsonConfig config, int? otherwise)
    {
        if (!config.Flag("do_center_crop", otherwise is not null))
        {
            config.Ignore("crop_size");
            return null;
        }
        if (config.IsSection("crop_size"))
        {
            var section = config.Section("crop_size")!;
            var size = new PictureSize(Side(section, "width", null), Side(section, "height", null));
            section.Finish();
            return size;
        }
        int side = Side(config, "crop_size", otherwise ?? 224);
        return new(side, side);
    }

    static ResizeFilter Filter(JsonConfig config, ResizeFilter otherwise)
    {
        int number = config.Count("resample", s_filters.First(known => known.Filter == otherwise).Number);
        foreach (var (known, filter) in s_filters)
        {
            if (known == number)
                return filter;
        }
        throw config.Unsupported("resample", "0 to 5", Text(number));
    }

    static double Scale(JsonConfig config)
    {
        double factor = config.Number("rescale_factor", 1 / 255.0);
        if (!config.Flag("do_rescale", true))
            return 255;
        // White is 255 times the factor; published files spell 1/255 in 16 or 17 digits.
        double white = factor * 255;
        return white is > 0 and <= 255 ? white
            : throw config.Unsupported("rescale_factor", "above 0 and at most 1", Text(factor));
    }

    static IReadOnlyList<double> Channels(JsonConfig config, string key, IReadOnlyList<double> otherwise)
    {
        if (!config.Has(key))
            return otherwise;
        var numbers = config.Numbers(key);
        return numbers.Count == 3 ? numbers : throw config.Unsupported(key, "3 numbers", Text(numbers.Count));
    }

    static int Side(JsonConfig config, string key, int? otherwise)
    {
        int side = otherwise is { } given ? config.Size(key, given) : config.Size(key);
        return side <= LargestSide ? side
            : throw config.Unsupported(key, $"at most {Text(LargestSide)}", Text(side));
    }

    static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a processor does where its file says nothing.</summary>
    /// <param name="IsSquare">Whether a plain size means both sides, not the shorter one.</param>
    sealed record Defaults(bool IsSquare, int Size, int? Crop, ResizeFilter Filter, IReadOnlyList<double> Mean,
        IReadOnlyList<double> Deviation);
}
