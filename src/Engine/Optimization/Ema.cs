using System.Globalization;
using SuTI.Engine.IO;
using SuTI.Engine.Layers;

namespace SuTI.Engine.Optimization;

/// <summary>Options of <see cref="Ema"/>, by default those of diffusers' EMAModel.</summary>
/// <param name="Decay">The largest decay.</param>
/// <param name="MinDecay">The least, once averaging has begun.</param>
/// <param name="UpdateAfterStep">Steps during which the average only follows.</param>
/// <param name="UseWarmup">
/// Whether the decay rises as 1 − (1 + n / <paramref name="InverseGamma"/>)^−<paramref name="Power"/>, rather than as
/// (1 + n) / (10 + n).
/// </param>
public sealed record EmaOptions(double Decay = 0.9999, double MinDecay = 0, int UpdateAfterStep = 0,
    bool UseWarmup = false, double InverseGamma = 1, double Power = 2.0 / 3);

/// <summary>An exponential moving average of a store's values: a second store with the same paths.</summary>
/// <remarks>Frozen parameters are copied, not averaged, so that thawing one later starts from what it is.</remarks>
public sealed class Ema : IDisposable
{
    const string StepKey = "suti.ema.step";

    readonly ParameterStore _source;
    readonly Dictionary<Parameter, Parameter> _byParameter = [];

    /// <summary>Starts from the values that <paramref name="source"/> has now.</summary>
    public Ema(ParameterStore source, EmaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        Options = options ?? new();
        Shadow = ParameterStore.WithPathsOf(source, source.DType.Accumulator());
        Shadow.CopyFrom(source);
    }

    public EmaOptions Options { get; }

    /// <summary>The averages.</summary>
    public ParameterStore Shadow { get; }

    /// <summary>Number of <see cref="Step()"/> calls.</summary>
    public int Steps { get; private set; }

    /// <summary>The decay that the latest step used; 0 before the first.</summary>
    public double LatestDecay { get; private set; }

    /// <summary>The decay of a step counted from 1: 0 until averaging begins.</summary>
    public double DecayAt(int step)
    {
        double n = Math.Max(0, (long)step - Options.UpdateAfterStep - 1);
        if (n <= 0)
            return 0;
        double decay = Options.UseWarmup ? 1 - Math.Pow(1 + (n / Options.InverseGamma), -Options.Power)
            : (1 + n) / (10 + n);
        return Math.Max(Math.Min(decay, Options.Decay), Options.MinDecay);
    }

    /// <summary>shadow ← shadow + (1 − decay)(value − shadow): after each step of the optimizer.</summary>
    public void Step() => Step(null);

    /// <summary>A step of which an optimizer has done the parameters in <paramref name="done"/>.</summary>
    internal void Step(HashSet<Parameter>? done)
    {
        var device = _source.Device;
        IReadOnlyList<Parameter> values = _source.Parameters, averages = Shadow.Parameters;
        if (done is { Count: > 0 })
        {
            int[] rest = [.. Enumerable.Range(0, values.Count).Where(i => !done.Contains(values[i]))];
            (values, averages) = (Array.ConvertAll(rest, i => _source.Parameters[i]), Array.ConvertAll(rest, i => Shadow.Parameters[i]));
        }
        if (values.Count > 0)
            device.EmaStep(values, averages, DecayAt(Steps + 1), device.Recording is null ? null : () => DecayAt(Steps + 1));
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i].IsFrozen)
                averages[i].Set(values[i].Value);
        }
        // What is captured counts when it is launched.
        if (device.Recording is { } recording)
            recording.OnLaunch(Advance);
        else
            Advance();
    }

    /// <summary>The average of a parameter of the source; null for others.</summary>
    internal Parameter? Of(Parameter parameter)
    {
        if (_byParameter.Count != _source.Parameters.Count)
        {
            _byParameter.Clear();
            for (int i = 0; i < Shadow.Parameters.Count; i++)
                _byParameter.Add(_source.Parameters[i], Shadow.Parameters[i]);
        }
        return _byParameter.GetValueOrDefault(parameter);
    }

    void Advance()
    {
        LatestDecay = DecayAt(++Steps);
        foreach (var average in Shadow.Parameters)
            average.Value.Storage.MarkChanged();
    }

    /// <summary>Writes the averages, with the number of steps in the metadata: a checkpoint like any other.</summary>
    public void Save(string file, CheckpointSaveOptions? options = null)
    {
        options ??= new();
        var metadata = new Dictionary<string, string>(options.Metadata)
        {
            [StepKey] = Steps.ToString(CultureInfo.InvariantCulture),
        };
        Shadow.Save(file, options with { Metadata = metadata });
    }

    /// <summary>Goes on from saved averages.</summary>
    /// <exception cref="CheckpointException">
    /// The file does not fit, or does not say after how many steps it was saved.
    /// </exception>
    public void Load(string file)
    {
        using var checkpoint = SafetensorsCheckpoint.Open(file);
        string? text = checkpoint.Metadata.GetValueOrDefault(StepKey);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int steps))
            throw new CheckpointException(file, "averages say after how many steps they were saved", StepKey,
                text ?? "no such metadata");
        Shadow.Load(checkpoint);
        Steps = steps;
    }

    public void Dispose() => Shadow.Dispose();
}
