using SuTI.Model.Training;
using SuTI.Model.Transformers;

namespace SuTI.Model.Nano;

/// <summary>The sizes of a small transformer as configurations of stages give them.</summary>
static class NanoTower
{
    const int LargestWidth = 4096, MostLayers = 48;

    /// <summary>Reads width, layers and heads; the feed-forward part is four times as wide.</summary>
    internal static TransformerSizes Read(StageConfig config, int width, int layers, int heads, Activation activation, bool isCausal)
    {
        width = config.Whole("width", width, "Channels of a token.", 1, LargestWidth);
        layers = config.Whole("layers", layers, "Blocks of attention and feed-forward part.", 1, MostLayers);
        int read = config.Whole("heads", heads, "Heads of each attention; they divide the width.", 1, LargestWidth);
        return width % read == 0 ? new(width, layers, read, 4 * width, activation, 1e-5, IsCausal: isCausal)
            : throw config.Unsupported("heads", $"a divisor of width {width}", $"{read}");
    }

    /// <summary>Reads image_size and patch_size.</summary>
    internal static (int Image, int Patch) ReadSides(StageConfig config)
    {
        int image = config.Whole("image_size", 64, "Pixels of a picture's sides.", 16, 512);
        int patch = config.Whole("patch_size", 8, "Pixels of a token's sides; they divide the picture's.", 1, 512);
        return image % patch == 0 ? (image, patch)
            : throw config.Unsupported("patch_size", $"a divisor of image_size {image}", $"{patch}");
    }
}
