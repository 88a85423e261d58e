using SuTI.Engine;

namespace SuTI.Model.Imaging;

/// <summary>
/// How a network was shown pictures in training: a size, a part, and numbers about zero. The presets are the published
/// ones; <c>with { Fit = … }</c> takes another way into the same frame.
/// </summary>
public sealed record ImagePreprocessing
{
    static readonly double[] s_halves = [0.5, 0.5, 0.5];

    /// <summary>
    /// Resizes so that the shorter side is this long, with the longer one rounded down; null does not.
    /// </summary>
    public int? ShortestEdge { get; init; }

    /// <summary>Cuts the middle out after resizing; null takes all.</summary>
    public PictureSize? Centre { get; init; }

    /// <summary>The frame where <see cref="ShortestEdge"/> and <see cref="Centre"/> do not make one.</summary>
    public PictureSize? Size { get; init; }

    /// <summary>How pictures of other proportions come into the frame. <see cref="PictureFit.Crop"/> is what
    /// <see cref="ShortestEdge"/> and <see cref="Centre"/> say.</summary>
    public PictureFit Fit { get; init; } = PictureFit.Crop;

    public ResizeFilter Filter { get; init; } = ResizeFilter.Bicubic;

    /// <summary>Where the middle begins when the margin is odd.</summary>
    public CentreRounding Rounding { get; init; }

    /// <summary>What white becomes before the mean is taken off.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Taken off each channel.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0, 0, 0];

    /// <summary>What each channel is divided by.</summary>
    public IReadOnlyList<double> Deviation { get; init; } = [1, 1, 1];

    /// <summary>CLIP's (openai/CLIP, clip.py; transformers' CLIPImageProcessor).</summary>
    /// <param name="size">Both sides of the frame.</param>
    public static ImagePreprocessing Clip(int size = 224) => new()
    {
        ShortestEdge = size,
        Centre = new(size, size),
        Mean = ClipMean,
        Deviation = ClipDeviation,
    };

    /// <summary>
    /// DINO's for evaluation (facebookresearch/dino, eval_knn.py): 256, of which the middle 224 are shown.
    /// </summary>
    public static ImagePreprocessing Dino(int shortestEdge = 256, int size = 224) => new()
    {
        ShortestEdge = shortestEdge,
        Centre = new(size, size),
        Rounding = CentreRounding.HalfToEven,
        Mean = ImageNetMean,
        Deviation = ImageNetDeviation,
    };

    /// <summary>That of ViT (transformers' ViTImageProcessor): squashed into a square, from -1 to 1.</summary>
    public static ImagePreprocessing Vit(int size = 224) => new()
    {
        Size = new(size, size),
        Fit = PictureFit.Squash,
        Filter = ResizeFilter.Bilinear,
        Mean = s_halves,
        Deviation = s_halves,
    };

    /// <summary>Pixels from -1 to 1 for diffusion models and autoencoders.</summary>
    /// <remarks>
    /// With Crop and a square it is the transform of the DreamBooth training script (diffusers, examples).
    /// </remarks>
    public static ImagePreprocessing Diffusion(int width, int height, PictureFit fit = PictureFit.Letterbox) => new()
    {
        ShortestEdge = width == height ? width : null,
        Centre = width == height ? new(width, height) : null,
        Size = new(width, height),
        Fit = fit,
        Filter = ResizeFilter.Bilinear,
        Rounding = CentreRounding.HalfToEven,
        Mean = s_halves,
        Deviation = s_halves,
    };

    internal static IReadOnlyList<double> ClipMean { get; } = [0.48145466, 0.4578275, 0.40821073];

    internal static IReadOnlyList<double> ClipDeviation { get; } = [0.26862954, 0.26130258, 0.27577711];

    internal static IReadOnlyList<double> ImageNetMean { get; } = [0.485, 0.456, 0.406];

    internal static IReadOnlyList<double> ImageNetDeviation { get; } = [0.229, 0.224, 0.225];

    internal static IReadOnlyList<double> Halves => s_halves;

    /// <summary>The sizes that come out; null if they depend on the picture.</summary>
    public PictureSize? Frame => Centre ?? Size;

    /// <summary>(1, height, width, 3), f32.</summary>
    public Tensor Apply(Image image, Device? device = null) => Apply([image], device);

    /// <summary>(N, height, width, 3), f32.</summary>
    /// <exception cref="ImageException">No picture, or pictures that come out in different sizes.</exception>
    public Tensor Apply(IReadOnlyList<Image> images, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        return ToTensor([.. images.Select(Place)], device);
    }

    /// <summary>The same of pictures that <see cref="Place"/> gave.</summary>
    internal Tensor ToTensor(IReadOnlyList<Image> placed, Device? device = null) => ImageTensors.Build(placed, Mean, Deviation, Scale, device);

    /// <summary>The picture as the network sees it, before it becomes numbers: 8 bits, RGB.</summary>
    public Image Place(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        image = image.ToEightBits().ToRgb();
        if (Fit != PictureFit.Crop && (Size ?? Centre) is { } whole)
            image = image.FitTo(whole.Width, whole.Height, Fit, Filter, MeanColour());
        else if (ShortestEdge is { } edge)
        {
            long width = image.Width, height = image.Height, shorter = Math.Min(width, height);
            // floor(edge · longer / shorter), as both libraries compute it.
            (width, height) = (edge * width / shorter, edge * height / shorter);
            ImageLimits.Default.CheckSize("preprocessing", width, height);
            image = image.Resize((int)width, (int)height, Filter);
        }
        else if (Size is { } size)
            image = image.FitTo(size.Width, size.Height, Fit, Filter);
        return Centre is { } centre ? image.CropCentre(centre.Width, centre.Height, Rounding) : image;
    }

    // Bars of the mean become 0: they tell the network nothing.
    Colour MeanColour() => new(Sample(0), Sample(1), Sample(2));

    byte Sample(int channel) => (byte)Math.Round(Math.Clamp(Scale > 0 ? Mean[channel] / Scale * 255 : 0, 0, 255));
}
