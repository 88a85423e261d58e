namespace SuTI.Model.Generation;

/// <summary>How far a run is.</summary>
/// <param name="Done">Steps of all pictures and stages that are made.</param>
/// <param name="Total">Steps of the run.</param>
/// <param name="Pictures">That are finished.</param>
public readonly record struct GenerationProgress(long Done, long Total, int Pictures);
