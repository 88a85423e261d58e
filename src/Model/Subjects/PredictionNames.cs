using SuTI.Model.Diffusion;

namespace SuTI.Model.Subjects;

/// <summary>What diffusers calls the predictions, in the files of schedules.</summary>
static class PredictionNames
{
    internal static readonly (string Name, PredictionType Type)[] All =
        [("sample", PredictionType.Sample), ("epsilon", PredictionType.Epsilon), ("v_prediction", PredictionType.Velocity)];

    internal static string Of(PredictionType type) => Array.Find(All, entry => entry.Type == type).Name;
}
