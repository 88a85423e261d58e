namespace SuTI.Model.World;

/// <summary>
/// How far poses may differ. Learning begins with centred subjects of nearly one size and is widened from there.
/// </summary>
/// <param name="Smallest">Least width of the subject's square, as a share of the picture's.</param>
/// <param name="Largest">Greatest width.</param>
/// <param name="Roll">Greatest turn in the plane, degrees.</param>
/// <param name="Shift">Greatest move away from the middle, as a share of the picture.</param>
/// <param name="Turn">Greatest turn to the side, degrees, besides the view's.</param>
/// <param name="MirrorShare">Probability of left and right being changed.</param>
public sealed record PoseRange(float Smallest, float Largest, float Roll, float Shift, float Turn, float MirrorShare)
{
    /// <summary>Centred, nearly one size, never mirrored.</summary>
    public static PoseRange Easy { get; } = new(0.68f, 0.85f, 8, 0.06f, 8, 0);

    public static PoseRange Medium { get; } = new(0.56f, 0.84f, 13, 0.11f, 16, 0.25f);

    /// <summary>Any place and half the size, mirrored half the time.</summary>
    public static PoseRange Hard { get; } = new(0.42f, 0.82f, 20, 0.2f, 26, 0.5f);

    /// <summary>Between easy (0) and hard (1), for curricula.</summary>
    public static PoseRange Between(float share)
    {
        share = Math.Clamp(share, 0, 1);
        float Mixed(float easy, float hard) => easy + ((hard - easy) * share);
        return new(Mixed(Easy.Smallest, Hard.Smallest), Mixed(Easy.Largest, Hard.Largest), Mixed(Easy.Roll, Hard.Roll),
            Mixed(Easy.Shift, Hard.Shift),
            Mixed(Easy.Turn, Hard.Turn), Mixed(Easy.MirrorShare, Hard.MirrorShare));
    }
}
