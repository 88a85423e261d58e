using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Subjects;

/// <summary>
/// What attention adds to its scores between places of an image and places of a demonstration: a learned number for each head
/// and offset, on top of a fixed bell around the same place, −d²/2σ², not below −6, with another σ for each head.
/// </summary>
/// <remarks>
/// Without the bell a small network does not begin to use demonstrations: what their attention gives is an average of
/// everything, and no gradient says which way to turn. As a look-up of what lies near, it is of use from the first step on.
/// </remarks>
sealed class PlacePreference
{
    const double Least = -6;

    readonly int _heads, _reach;
    readonly double _nearest, _furthest;
    readonly Embedding _learned;

    public PlacePreference(ParameterScope p, int heads, ApprenticeConfig config)
    {
        _heads = heads;
        _reach = config.Reach;
        (_nearest, _furthest) = (config.Nearest, config.Furthest);
        int side = (2 * _reach) + 1;
        _learned = new(p, side * side, heads, Initialiser.Zeros);
    }

    /// <summary>(1, heads, height · width, height · width), queries first.</summary>
    public Tensor Forward(int height, int width, Device device, DType dtype)
    {
        using var scope = TensorScope.Open("places");
        int places = height * width, side = (2 * _reach) + 1;
        long[] offsets = new long[places * places];
        float[] bells = new float[_heads * places * places];
        for (int query = 0; query < places; query++)
        {
            for (int key = 0; key < places; key++)
            {
                int dy = (key / width) - (query / width), dx = (key % width) - (query % width), at = (query * places) + key;
                offsets[at] = ((Math.Clamp(dy, -_reach, _reach) + _reach) * side) + Math.Clamp(dx, -_reach, _reach) + _reach;
                for (int head = 0; head < _heads; head++)
                {
                    double sigma = Deviation(head);
                    bells[(head * places * places) + at] = (float)Math.Max(Least, -((dy * dy) + (dx * dx)) / (2 * sigma * sigma));
                }
            }
        }
        var learned = _learned.Forward(Tensor.From(offsets, [places, places], device)).Permute(2, 0, 1);
        var bell = Tensor.From(bells, [_heads, places, places], device).Cast(learned.DType);
        return scope.Keep((learned + bell).Cast(dtype).Unsqueeze(0));
    }

    double Deviation(int head)
        => _heads == 1 ? _nearest : _nearest * Math.Pow(_furthest / _nearest, head / (_heads - 1.0));
}
