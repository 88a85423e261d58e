using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Unet;

/// <summary>Everything that enters residual blocks as one vector a sample: time, noise level or class, pooled text.</summary>
sealed class TimeConditioning
{
    readonly UnetConditioning _config;
    readonly TimeEmbedding _time;
    readonly TimeEmbedding? _level;
    readonly Embedding? _classes;
    readonly TextPooling? _text;

    /// <param name="p">Declares time_embedding, class_embedding and add_embedding.</param>
    public TimeConditioning(ParameterScope p, UnetConditioning config, int textWidth)
    {
        _config = config;
        _time = new(p["time_embedding"], config);
        if (config.HasLevelSignal)
            _level = new(p["class_embedding"], config);
        if (config.Classes is { } count)
            _classes = new(p["class_embedding"], count, config.Width);
        if (config.PoolingHeads is { } heads)
            _text = new(p["add_embedding"], textWidth, config.Width, heads);
    }

    /// <param name="time">(N, SignalWidth)</param>
    /// <param name="level">(N, SignalWidth), or ids (N) of classes, where the network takes one.</param>
    /// <param name="text">(N, L, textWidth)</param>
    /// <param name="more">(N, Width), added as it is.</param>
    /// <returns>(N, Width)</returns>
    public Tensor Forward(Tensor time, Tensor? level, Tensor text, Tensor? more = null)
    {
        using var scope = TensorScope.Open("conditioning");
        bool takesLevel = _level is not null || _classes is not null;
        if (takesLevel != level is not null)
            throw new SutiException("unet", takesLevel ? "needs a noise level or class for each sample"
                : "takes no noise level or class", null, level is null ? "none" : $"{level.Shape}");
        var sum = _time.Forward(time);
        if (_level is not null)
            sum += _level.Forward(level!.Cast(sum.DType));
        if (_classes is not null)
            sum += _classes.Forward(level!).Cast(sum.DType);
        if (_text is not null)
            sum += _text.Forward(text);
        if (more is not null)
            sum += more.Cast(sum.DType);
        return scope.Keep(_config.FinalActivation?.Apply(sum) ?? sum);
    }

    sealed class TimeEmbedding(ParameterScope p, UnetConditioning config)
    {
        readonly Linear _first = new(p["linear_1"], config.SignalWidth, config.Width);
        readonly Linear _second = new(p["linear_2"], config.Width, config.Width);

        public Tensor Forward(Tensor signal)
            => _second.Forward(config.Activation.Apply(_first.Forward(signal)));
    }
}
