using System.Globalization;
using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Transformers;

namespace SuTI.Model.Vision;

/// <summary>Cuts images into square patches side by side and makes a token of each, by one convolution.</summary>
sealed class PatchEmbedding
{
    readonly Conv2d _projection;
    readonly string _network;
    readonly int _patch, _channels;

    /// <param name="p">Declares weight and bias of the convolution.</param>
    /// <param name="network">What errors call it.</param>
    internal PatchEmbedding(ParameterScope p, string network, int channels, int width, int patch, bool bias)
    {
        (_network, _patch, _channels) = (network, patch, channels);
        _projection = new(p, channels, width, kernel: patch, stride: patch, bias: bias);
    }

    /// <param name="images">(N, H, W, channels); H and W divide by the patch.</param>
    /// <returns>(N, H / patch · W / patch, width), row by row, and the grid they came from.</returns>
    /// <exception cref="ShapeException">Other channels, or sides that do not divide.</exception>
    internal (Tensor Tokens, int Rows, int Columns) Forward(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var shape = images.Shape;
        if (shape.Rank != 4 || shape[3] != _channels || shape[0] == 0)
            throw new ShapeException(_network, "takes images, channels last", Invariant($"(N, H, W, {_channels})"),
                shape.ToString());
        if (shape[1] == 0 || shape[2] == 0 || shape[1] % _patch != 0 || shape[2] % _patch != 0)
            throw new ShapeException(_network, "the images do not divide into patches",
                Invariant($"sides that are multiples of {_patch}"), Invariant($"{shape[1]} × {shape[2]}"));
        var grid = _projection.Forward(images);
        return (grid.Reshape(shape[0], -1, grid.Shape[3]), grid.Shape[1], grid.Shape[2]);
    }

    /// <summary>The sides of images and of patches, of which each is one number or two equal ones.</summary>
    /// <param name="imageSides">Numbers in a list of the image's sides: DINO's own code gives it one.</param>
    /// <exception cref="SutiException">Sides that are no squares, or that do not divide.</exception>
    internal static (int Image, int Patch) ReadSides(JsonConfig config, string imageKey, int patchOtherwise,
        int imageSides = 2)
    {
        int image = Side(config, imageKey, imageSides, 224), patch = Side(config, "patch_size", 2, patchOtherwise);
        return image % patch == 0 ? (image, patch)
            : throw config.Unsupported(imageKey, Invariant($"a multiple of patch_size {patch}"), Invariant($"{image}"));
    }

    static int Side(JsonConfig config, string key, int count, int otherwise)
    {
        var sides = config.Sizes(key, count, otherwise);
        if (sides[0] != sides[^1])
            throw config.Unsupported(key, "a square", Invariant($"{sides[0]} × {sides[^1]}"));
        return sides[0] <= ConfigBounds.LargestSide ? sides[0]
            : throw config.Unsupported(key, Invariant($"at most {ConfigBounds.LargestSide}"), Invariant($"{sides[0]}"));
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
