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
        // Moments of halves are kept in f32, where small steps still count.
        State = new(first.Device, first.DType.Accumulator()) { Purpose = "optimizer state" };
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The rule's name, as in saved state: adamw.</summary>
    public string Kind { get; }

    /// <summary>Moments and step counts under the parameters' paths: unet.conv_in.weight.exp_avg.</summary>
    public ParameterStore State { get; }

    // Leaves steps out without the host's knowing: the count of those that were made is read when it is saved.
    LossScale? _scale;

    private protected List<OptimizerSlot> Slots { get; } = [];

    /// <summary>One step along the gathered gradients, which stay: see <see cref="ClearGradients"/>.</summary>
    /// <param name="learningRate">
    /// The rate of this step, from a schedule; groups with rates of their own keep their ratio to the main one. By
    /// default the rate of the options.
    /// </param>
    /// <param name="average">
    /// Makes its step after this one, in the same pass where the rule's kernel can: then <see cref="Ema.Step()"/> is not called.
    /// </param>
    /// <param name="scale">Leaves the step out if it has found gradients that are not finite.</param>
    public void Step(double? learningRate = null, Ema? average = null, LossScale? scale = null)
        => Step(learningRate is double rate ? () => rate : null, average, scale);

    /// <param name="learningRate">Asked at each step; of a captured graph, at each launch.</param>
    /// <inheritdoc cref="Step(double?, Ema?, LossScale?)"/>
    public void Step(Func<double>? learningRate, Ema? average = null, LossScale? scale = null)
    {
        using var scope = TensorScope.Open(Kind);
        using var noGradient = GradientMode.Disable();
        _scale = scale ?? _scale;
        // On the processor the decision is at hand; elsewhere the kernels read it.
        bool skips = scale is { Device: CpuDevice, HasFound: true };
        HashSet<Parameter>? done = average is not null && AveragesToo ? [] : null;
        if (!skips)
            Apply(new(learningRate, average, scale), done);
        average?.Step(done);
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
        int leftOut = _scale is { Device: not CpuDevice } ? _scale.SkippedSteps : 0;
        foreach (var slot in Slots)
            SetSteps(slot, Math.Max(0, slot.Steps - leftOut));
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

    /// <summary>Whether the rule's kernels step averages too.</summary>
    private protected virtual bool AveragesToo => false;

    private protected bool IsCaptured => Parameters[0].Device.Recording is not null;

    /// <param name="pass">What goes along.</param>
    /// <param name="done">Gathers the parameters whose averages were stepped too; null if none shall.</param>
    private protected abstract void Apply(StepPass pass, HashSet<Parameter>? done);

    // The count is a number on the host; only the file has it as a tensor.
    static void SetSteps(OptimizerSlot slot, int steps)
    {
        using var scope = TensorScope.Open("save");
        slot.StepCount.Set(Tensor.Scalar(steps, slot.StepCount.DType, slot.StepCount.Device));
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

    private protected sealed override void Apply(StepPass pass, HashSet<Parameter>? done)
    {
        foreach (var (options, slots) in _groups)
        {
            _active.Clear();
            foreach (var slot in slots)
            {
                if (slot.Parameter.Gradient is null)
                    continue;
                _active.Add(slot);
                slot.Average = done is null ? null : pass.Average!.Of(slot.Parameter);
                if (slot.Average is not null)
                    done!.Add(slot.Parameter);
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
                Update(options, pass, steps + 1,
                    System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_together));
                foreach (var slot in _together)
                    slot.Parameter.Value.Storage.MarkChanged(slot.KeptCopy);
                if (Parameters[0].Device.Recording is { } recording)
                    Record(recording, [.. _together.Select(slot => (slot, slot.KeptCopy))]);
                foreach (var slot in _together)
                {
                    slot.Steps += IsCaptured ? 0 : 1;
                    slot.KeptCopy = null;
                }
            }
        }
    }

    // What is captured is done, and counts, when it is launched.
    static void Record(Cuda.GraphRecording recording, (OptimizerSlot Slot, object? KeptCopy)[] slots)
        => recording.OnLaunch(() =>
        {
            foreach (var (slot, copy) in slots)
            {
                slot.Steps++;
                slot.Parameter.Value.Storage.MarkChanged(copy);
            }
        });

    /// <param name="options">Of the group.</param>
    /// <param name="pass">What goes along: among it the learning rate of the main options for this step.</param>
    /// <param name="step">From 1.</param>
    /// <param name="slots">Those of the group that have a gradient.</param>
    private protected abstract void Update(TOptions options, StepPass pass, int step, ReadOnlySpan<OptimizerSlot> slots);

    private protected static double Rate(double own, double main, double? learningRate) => learningRate switch
    {
        null => own,
        double rate when own == main => rate,
        double rate when main != 0 => rate * (own / main),
        _ => throw new SutiException("optimizer",
            "groups keep their ratio to the main learning rate, which must not be 0"),
    };
}
