namespace SuTI.Model.World.Drawing;

/// <summary>
/// Sine and cosine of plain IEEE operations, error below 2e−6: the C library's differ from machine to machine, and a
/// picture is to have the same bytes on all.
/// </summary>
static class Angles
{
    internal const float Turn = 6.2831853f;

    internal static float Sin(float angle)
    {
        float turns = angle * (1 / Turn);
        float x = (turns - MathF.Floor(turns + 0.5f)) * Turn;
        // Folded to ±π/2, where eleven terms of the series leave 6e−8.
        if (x > Turn / 4)
            x = (Turn / 2) - x;
        else if (x < -Turn / 4)
            x = (-Turn / 2) - x;
        float y = x * x;
        return x * (1 + (y * ((-1 / 6f) + (y * ((1 / 120f) + (y * ((-1 / 5040f) + (y * (1 / 362880f) * (1 - (y / 110))))))))));
    }

    internal static float Cos(float angle) => Sin(angle + (Turn / 4));

    internal static float Degrees(float angle) => angle * (Turn / 360);
}
