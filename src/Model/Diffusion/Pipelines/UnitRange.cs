using SuTI.Engine;

namespace SuTI.Model.Diffusion;

static class UnitRange
{
    /// <summary>From −1…1, what networks compute in, to 0…1; what lies outside is cut off.</summary>
    public static Tensor ToUnitRange(this Tensor pixels)
    {
        using var scope = TensorScope.Open("pixels");
        return scope.Keep(((pixels * 0.5) + 0.5).Clamp(0, 1));
    }
}
