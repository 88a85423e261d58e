namespace SuTI.Model.World.Subjects;

/// <summary>A small sign by which a subject is known.</summary>
public enum Mark
{
    None,
    Star,
    Heart,
    Spot,
    Bolt,
    Band,
    Moon,
}
