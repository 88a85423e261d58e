using SuTI.Engine.Layers;

namespace SuTI.Engine.Optimization;

/// <summary>
/// Dynamic loss scaling for f16, by PyTorch's rule: the loss is multiplied before the backward pass so that small gradients survive; a
/// step whose gradients overflow is left out and halves the scale, a long run without one doubles it.
/// </summary>
/// <remarks>Everything it decides lies on the device: nothing waits for it. Source: Micikevicius et al., Mixed Precision Training, 2018, section 3.2.</remarks>
/// <example><code>
/// scale.Backward(loss);
/// scale.Unscale(optimizer.Parameters);
/// optimizer.ClipGradients(1);
/// optimizer.Step(scale: scale);
/// scale.Update();
/// </code></example>
public sealed class LossScale : IDisposable
{
    readonly double _growth, _backoff;
    readonly int _interval;

    /// <param name="growthInterval">Steps without overflow after which the scale grows.</param>
    public LossScale(Device device, double initial = 65536, double growth = 2, double backoff = 0.5, int growthInterval = 2000)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (!(initial > 0 && growth >= 1 && backoff is > 0 and <= 1 && growthInterval > 0))
            throw new SutiException("loss scale", "grows by at least 1, backs off by at most 1, and starts above 0", null,
                FormattableString.Invariant($"{initial}, {growth}, {backoff}, {growthInterval}"));
        (Device, _growth, _backoff, _interval) = (device, growth, backoff, growthInterval);
        using var scope = TensorScope.Open("loss scale");
        Value = Tensor.Scalar(initial, DType.Float32, device).Alias();
        Counts = Tensor.Zeros([3], DType.Int32, device).Alias();
    }

    public Device Device { get; }

    /// <summary>The scale; reading it waits for the device.</summary>
    public double Scale
    {
        get
        {
            using var scope = TensorScope.Open("loss scale");
            return Value.Item();
        }
    }

    /// <summary>Steps left out so far; reading it waits for the device.</summary>
    public int SkippedSteps => Read(2);

    /// <summary>One f32 number.</summary>
    internal Tensor Value { get; }

    /// <summary>(3) of i32: what <see cref="Unscale"/> found, steps since the scale changed, steps left out.</summary>
    internal Tensor Counts { get; }

    internal bool HasFound => Read(0) != 0;

    /// <summary>The backward pass of <paramref name="loss"/>, one number, times the scale.</summary>
    public void Backward(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        using var scope = TensorScope.Open("loss scale");
        using var noGradient = GradientMode.Disable();
        var seed = Value.View(loss.Shape, Strides.RowMajor(loss.Shape), Value.Offset).Cast(loss.DType);
        loss.Backward(seed);
    }

    /// <summary>Divides gathered gradients by the scale, and notes whether one of them is not finite.</summary>
    public void Unscale(IEnumerable<Parameter> parameters)
    {
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.Gradient).OfType<Tensor>()];
        using var scope = TensorScope.Open("unscale");
        Device.UnscaleGradients(gradients, Value, Counts);
        foreach (var gradient in gradients)
            gradient.Storage.MarkChanged();
    }

    /// <summary>Grows or shrinks the scale: once after each step.</summary>
    public void Update() => Device.UpdateLossScale(Value, Counts, _growth, _backoff, _interval);

    /// <summary>What a run needs to go on to the same bits; reading it waits for the device.</summary>
    public LossScaleState Save()
    {
        using var scope = TensorScope.Open("loss scale");
        int[] counts = Counts.ToArray<int>();
        return new(Value.Item(), counts[1], counts[2]);
    }

    /// <summary>Takes up a saved state.</summary>
    /// <exception cref="SutiException">A scale that is not a positive f32, or counts below 0.</exception>
    public void Load(LossScaleState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (!(state.Scale > 0 && float.IsFinite((float)state.Scale) && state.StepsSinceChange >= 0 && state.SkippedSteps >= 0))
            throw new SutiException("loss scale", "is positive, and its counts are not negative", null, state.ToString());
        Value.CopyFrom<float>([(float)state.Scale]);
        Counts.CopyFrom<int>([0, state.StepsSinceChange, state.SkippedSteps]);
    }

    public void Dispose()
    {
        Value.Dispose();
        Counts.Dispose();
    }

    int Read(int index)
    {
        using var scope = TensorScope.Open("loss scale");
        return Counts.ToArray<int>()[index];
    }
}

/// <summary>What <see cref="LossScale"/> keeps between steps.</summary>
/// <param name="Scale">An f32.</param>
/// <param name="StepsSinceChange">Steps without overflow since the scale changed.</param>
/// <param name="SkippedSteps">Steps left out so far.</param>
public sealed record LossScaleState(double Scale, int StepsSinceChange, int SkippedSteps);
