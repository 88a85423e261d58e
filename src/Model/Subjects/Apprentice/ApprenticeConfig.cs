using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Transformers;

namespace SuTI.Model.Subjects;

/// <summary>What an apprentice has besides its U-Net.</summary>
/// <param name="Levels">Of the U-Net, counted from the largest images, whose images read demonstrations.</param>
/// <param name="HeadWidth">Channels of an attention head.</param>
/// <param name="Reach">
/// Learned preferences between places end at this distance in rows or columns: further ones share the last.
/// </param>
/// <param name="Nearest">
/// Standard deviation, in places, of the head that begins by looking at the same place; see <see cref="PlacePreference"/>.
/// </param>
/// <param name="Furthest">The same of the head that begins by looking around most.</param>
/// <param name="IsPooled">Whether a summary of demonstrations joins the embedding of the time.</param>
public sealed record ApprenticeConfig(IReadOnlyList<int> Levels, int HeadWidth, int Reach, double Nearest, double Furthest,
    bool IsPooled)
{
    public const string ClassName = "SutiApprentice";

    /// <exception cref="SutiException">A key that is not known, or a value that is not supported.</exception>
    public static ApprenticeConfig Read(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Choice("_class_name", ClassName, (ClassName, true));
        config.Ignore("_suti_version");
        var result = new ApprenticeConfig([.. config.Numbers("levels").Select(level => (int)level)],
            config.Size("head_width", 32, ConfigBounds.LargestWidth),
            config.Size("reach", 8, 256), config.Number("nearest", 1), config.Number("furthest", 1),
            config.Flag("pooled", true));
        config.Finish();
        return result;
    }

    public JsonConfig Write() => ConfigWriter.Write("apprentice", json =>
    {
        json.WriteString("_class_name", ClassName);
        json.Numbers("levels", Levels.Select(level => (long)level));
        json.WriteNumber("head_width", HeadWidth);
        json.WriteNumber("reach", Reach);
        json.WriteNumber("nearest", Nearest);
        json.WriteNumber("furthest", Furthest);
        json.WriteBoolean("pooled", IsPooled);
    });
}
