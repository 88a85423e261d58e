using System.Text;
using SuTI.Model.Folders;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects.Filtering;

/// <summary>How a run was filtered last.</summary>
/// <param name="Clip">The digest of the CLIP that measured.</param>
/// <param name="Threshold">λ</param>
public sealed record FilterSettings(string Clip, double Threshold)
{
    /// <summary>Null if the run was not filtered.</summary>
    public static FilterSettings? Of(RunCatalogue run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Stages.Settings("filter") is not { } settings)
            return null;
        var json = JsonConfig.Parse(Encoding.UTF8.GetBytes(settings), $"{run.Folder}, filter");
        return new(json.Text("clip", ""), json.Number("threshold", DeltaClip.DefaultThreshold));
    }
}
