using SuTI.Model.World.Scenes;

namespace SuTI.Model.World;

/// <summary>Where several pictures are taken.</summary>
/// <param name="Scene">Its kind.</param>
/// <param name="Lighting">When they are taken.</param>
/// <param name="Seed">Decides the layout: see <see cref="WorldRequest.Place"/>.</param>
public sealed record WorldPlace(Scene Scene, Lighting Lighting, ulong Seed);
