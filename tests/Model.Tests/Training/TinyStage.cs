using SuTI.Engine.Layers;
using SuTI.Model.Imaging;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Training;

/// <summary>
/// A perceptron that learns y = sin(3x₀)·x₁ from noisy samples, beside a teacher that follows it and pulls a little:
/// all that a run has to resume, in a millisecond a step.
/// </summary>
sealed class TinyStage : ITrainingStage, IDisposable
{
    // Far beyond all steps of training: data of its own.
    const int ProbeStep = 1_000_000;

    readonly Perceptron _student, _teacher;
    readonly ParameterStore _teacherStore = new();

    internal TinyStage()
    {
        _student = new(Parameters.Root["net"]);
        _teacher = new(_teacherStore.Root["net"]);
        _teacherStore.Freeze("");
    }

    public string Name => "tiny";

    public ParameterStore Parameters { get; } = new();

    public IReadOnlyDictionary<string, ParameterStore> State
        => new Dictionary<string, ParameterStore> { ["teacher"] = _teacherStore };

    /// <summary>What the loss of a step is multiplied by: infinity makes it not finite.</summary>
    internal Func<int, double> Factor { get; init; } = _ => 1;

    /// <summary>After this step a weight is infinite.</summary>
    internal int BrokenStep { get; init; } = -1;

    /// <summary>The checksum of the weights that samples were asked with.</summary>
    internal double SampledWith { get; private set; }

    public StageLoss Loss(MicroBatch batch)
    {
        var x = Tensor.Uniform([batch.Size, 2], batch.Key("x"), batch.FirstSample);
        var noise = Tensor.Normal([batch.Size, 1], batch.Key("noise"), batch.FirstSample) * 0.05;
        var y = ((x.Slice(1, 0, 1) * 3.0).Sin() * x.Slice(1, 1, 1)) + noise;
        var guess = _student.Forward(x);
        var error = (guess - y).Square().Mean();
        var pull = (guess - _teacher.Forward(x)).Square().Mean();
        return new((error + (pull * 0.1)) * (batch.Step == ProbeStep ? 1 : Factor(batch.Step))) { Metrics = new Dictionary<string, Tensor> { ["pull"] = pull } };
    }

    public void AfterStep(int step)
    {
        using var scope = TensorScope.Open("teacher");
        using var noGradient = GradientMode.Disable();
        foreach (var parameter in _teacherStore.Parameters)
            parameter.Set((parameter.Value * 0.9) + (Parameters[parameter.Path].Value * 0.1));
        if (step == BrokenStep)
            Parameters["net.out.bias"].Set(Tensor.Full([1], double.PositiveInfinity));
    }

    public IReadOnlyList<SamplePicture> Samples(int step)
    {
        SampledWith = Checksum();
        return [SamplePicture.Of("swatch", new Image(2, 1, 3, [200, 100, 0, 0, 100, (byte)step]))];
    }

    public IReadOnlyDictionary<string, double> Probe(int step)
    {
        var loss = Loss(new(ProbeStep, 0, 32, 9));
        return new Dictionary<string, double> { ["probe/loss"] = loss.Value.Item() };
    }

    internal double Checksum()
    {
        using var scope = TensorScope.Open();
        return Parameters.Parameters.Sum(parameter => parameter.Value.ToDoubles().Sum());
    }

    public void Dispose()
    {
        Parameters.Dispose();
        _teacherStore.Dispose();
    }

    sealed class Perceptron(ParameterScope p)
    {
        readonly Linear _in = new(p["in"], 2, 16);
        readonly Linear _out = new(p["out"], 16, 1);

        public Tensor Forward(Tensor x) => _out.Forward(_in.Forward(x).Silu());
    }
}
