using SuTI.Model.Diffusion;

namespace SuTI.Model.Tests.Diffusion;

/// <summary>Noise that was drawn beforehand: that of the start, of the steps that draw any, and of a small picture.</summary>
sealed class RecordedNoise(Tensor start, IReadOnlyList<Tensor>? steps = null, Tensor? augmentation = null) : ISampleNoise
{
    public Tensor Start() => start;

    public Tensor Step(int step) => steps![step];

    public Tensor Augmentation() => augmentation!;
}
