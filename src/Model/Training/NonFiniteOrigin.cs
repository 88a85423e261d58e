using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Training;

/// <summary>Looks for what is not finite.</summary>
static class NonFiniteOrigin
{
    /// <summary>The first parameter whose value holds NaN or infinity; null if there is none.</summary>
    internal static Parameter? InValues(IEnumerable<Parameter> parameters)
        => parameters.FirstOrDefault(parameter => !IsFinite(parameter.Value));

    /// <summary>Makes the gradients of a step once more and says where the first NaN or infinity is.</summary>
    /// <remarks>A step is a function of its number alone: what it gave once it gives again.</remarks>
    internal static string Describe(ITrainingStage stage, TrainingConfig config, int step)
    {
        if (InValues(stage.Parameters.Parameters) is { } broken)
            return $"the value of {broken.Path}";
        stage.Parameters.ClearGradients();
        try
        {
            using var guard = NonFiniteGuard.Enable();
            Gather(stage, config, step);
        }
        catch (NonFiniteException failure)
        {
            // Up to here all was finite; without the guard the walk goes on to the parameters.
            string parameter = FirstGradient(stage, config, step) is { } first ? $"the gradient of {first.Path}, after " : "";
            return parameter + failure.Message.TrimEnd('.');
        }
        finally
        {
            stage.Parameters.ClearGradients();
        }
        return "nothing when the step was made again without loss scaling: the scaled gradients overflow";
    }

    static Parameter? FirstGradient(ITrainingStage stage, TrainingConfig config, int step)
    {
        stage.Parameters.ClearGradients();
        Gather(stage, config, step);
        return stage.Parameters.Parameters.FirstOrDefault(parameter => parameter.Gradient is { } gradient && !IsFinite(gradient));
    }

    static void Gather(ITrainingStage stage, TrainingConfig config, int step)
    {
        for (int index = 0; index < config.Accumulation; index++)
        {
            using var scope = TensorScope.Open("micro-batch");
            stage.Loss(new(step, index, config.BatchSize, config.Seed)).Value.Backward();
        }
    }

    // 0 times a finite number is 0, times NaN or infinity NaN; and a sum of zeros cannot overflow.
    static bool IsFinite(Tensor tensor)
    {
        using var scope = TensorScope.Open("finite");
        using var noGradient = GradientMode.Disable();
        return double.IsFinite((tensor * 0.0).Sum().Item());
    }
}
