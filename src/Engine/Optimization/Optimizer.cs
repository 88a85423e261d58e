using SuTI.Engine.IO;
using SuTI.Engine.Layers;

namespace SuTI.Engine.Optimization;

/// <summary>Changes parameters by their gradients. Parameters without a gradient stay as they are.</summary>
/// <remarks>
/// State lies on the parameters' device and is taken when a parameter first steps. Saved together with the parameters
/// (<see cref="ParameterStore.Save"/>), a run goes on from there to the same bits.
/// </remarks>
public abstract class Optimizer : IDisposable
{
    const string KindKey = "suti.optimizer";

    private protected Optimizer(string kind, IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Kind = kind;
        Parameters = [.. parameters];
        if (Parameters.Count == 0)
            throw new SutiException(kind, "needs parameters", "at least one", "none");
        var first = Parameters[0];
        foreach (var parameter in Parameters)
        {
            if (parameter.Device != first.Device)
                throw new DeviceMismatchException(kind, "takes parameters on one device", first.ToString(),
                    parameter.ToString());
            if (parameter.DType != first.DType)
                throw new DTypeException(kind, "takes parameters of one type", first.ToString(), parameter.ToString());
        }
        State = new(first.Device, first.DType);
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The rule's name, as in saved state: adamw.</summary>
    public string Kind { get; }

    /// <summary>Moments and step counts under the parameters' paths: unet.conv_in.weight.exp_avg.</summary>
    public ParameterStore State { get; }

    private protected List<OptimizerSlot> Slots { get; } = [];

    /// <summary>One step along the gathered gradients, which stay: see <see cref="ClearGradients"/>.</summary>
    /// <param name="learningRate">
    /// The rate of this step, from a schedule; groups with rates of their own keep their ratio to the main one. By
    /// default the rate of the options.
    /// </param>
    public void Step(double? learningRate = null)
    {
        using var scope = TensorScope.Open(Kind);
        using var noGradient = GradientMode.Disable();
        Apply(learningRate);
    }

    /// <summary>Scales all gradients so that their joint norm is at most <paramref name="maxNorm"/>.</summary>
    /// <returns>The norm before, in the caller's scope; reading it waits for the device.</returns>
    /// <inheritdoc cref="GradientClipping.Clip" path="/exception"/>
    public Tensor ClipGradients(double maxNorm) => GradientClipping.Clip(Parameters, maxNorm);

    public void ClearGradients()
    {
        foreach (var parameter in Parameters)
            parameter.ClearGradient();
    }

    /// <summary>Writes the state as safetensors.</summary>
    /// <inheritdoc cref="ParameterStore.Save" path="/exception"/>
    public void Save(string file)
    {
        foreach (var slot in Slots)
            SetSteps(slot);
        State.Save(file, new() { Metadata = new Dictionary<string, string> { [KindKey] = Kind } });
    }

    /// <summary>Takes up a saved state.</summary>
    /// <exception cref="CheckpointException">The state of other parameters, or of another rule.</exception>
    public void Load(string file)
    {
        using var checkpoint = SafetensorsCheckpoint.Open(file);
        string? kind = checkpoint.Metadata.GetValueOrDefault(KindKey);
        if (kind != Kind)
            throw new CheckpointException(file, "holds the state of another optimizer", Kind, kind ?? "no optimizer");
        State.Load(checkpoint);
        foreach (var slot in Slots)
            slot.Steps = checked((int)slot.StepCount.Value.Item());
    }

    public void Dispose()
    {
        State.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Apply(double? learningRate);

    // The count is a number on the host; only the file has it as a tensor.
    static void SetSteps(OptimizerSlot slot)
    {
        using var scope = TensorScope.Open("save");
        slot.StepCount.Set(Tensor.Scalar(slot.Steps, slot.StepCount.DType, slot.StepCount.Device));
    }
}

/// <summary>An optimizer whose groups of parameters have options of their own.</summary>
public abstract class Optimizer<TOptions> : Optimizer where TOptions : class
{
    readonly List<(TOptions Options, List<OptimizerSlot> Slots)> _groups = [];
    readonly List<OptimizerSlot> _active = [];
    readonly List<OptimizerSlot> _together = [];

    private protected Optimizer(string kind, IEnumerable<Parameter> parameters, TOptions options,
        ReadOnlySpan<ParameterGroup<TOptions>> groups, Func<ParameterScope, Parameter, TOptions, Parameter[]> declare)
        : base(kind, parameters)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        foreach (var group in groups)
            _groups.Add((group.Options, []));
        _groups.Add((options, []));
        foreach (var parameter in Parameters)
        {
            int index = 0;
            while (index < groups.Length && !groups[index].Selects(parameter))
                index++;
            var scope = State.Root[parameter.Path];
            var states = declare(scope, parameter, _groups[index].Options);
            var slot = new OptimizerSlot(parameter, states, scope.Declare("step", Shape.Scalar, Initialiser.Zeros));
            _groups[index].Slots.Add(slot);
            Slots.Add(slot);
        }
        State.Freeze("");
    }

    /// <summary>The options of parameters that no group selects.</summary>
    public TOptions Options { get; }

    private protected sealed override void Apply(double? learningRate)
    {
        foreach (var (options, slots) in _groups)
        {
            _active.Clear();
            foreach (var slot in slots)
            {
                if (slot.Parameter.Gradient is not null)
                    _active.Add(slot);
            }
            // Parameters that have made equally many steps share their constants and so one pass: normally all of them.
            while (_active.Count > 0)
            {
                int steps = _active[0].Steps;
                _together.Clear();
                foreach (var slot in _active)
                {
                    if (slot.Steps == steps)
                        _together.Add(slot);
                }
                _active.RemoveAll(slot => slot.Steps == steps);
                Update(options, learningRate, steps + 1,
                    System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_together));
                foreach (var slot in _together)
                {
                    slot.Steps++;
                    slot.Parameter.Value.Storage.MarkChanged();
                }
            }
        }
    }

    /// <param name="options">Of the group.</param>
    /// <param name="learningRate">Of the main options for this step; null for their own.</param>
    /// <param name="step">From 1.</param>
    /// <param name="slots">Those of the group that have a gradient.</param>
    private protected abstract void Update(TOptions options, double? learningRate, int step,
        ReadOnlySpan<OptimizerSlot> slots);

    private protected static double Rate(double own, double main, double? learningRate) => learningRate switch
    {
        null => own,
        double rate when own == main => rate,
        double rate when main != 0 => rate * (own / main),
        _ => throw new SutiException("optimizer",
            "groups keep their ratio to the main learning rate, which must not be 0"),
    };
}
