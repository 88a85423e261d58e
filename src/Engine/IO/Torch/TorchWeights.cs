namespace SuTI.Engine.IO;

/// <summary>The weights among the tensors of a file of PyTorch.</summary>
static class TorchWeights
{
    const string Usual = "state_dict";

    /// <param name="key">That they lie under; null to find them.</param>
    /// <exception cref="CheckpointException">
    /// No tensors, or several sets of which none is the usual one, or functions named in a file of weights alone.
    /// </exception>
    public static IWeightSource Open(string path, string? key = null)
    {
        var file = TorchFile.Open(path);
        try
        {
            return Select(file, key);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    static IWeightSource Select(TorchFile file, string? key)
    {
        if (key is null && file.Entries.Any(entry => entry.Name.StartsWith(Usual + ".", StringComparison.Ordinal)))
            key = Usual;
        if (key is null)
        {
            // Training checkpoints hold whatever their program kept; a file of weights alone has no business naming
            // code.
            if (file.ForeignObjects.Count > 0)
                throw new CheckpointException(file.Path,
                    "a weight file holds data alone, and this one would call or build "
                    + string.Join(", ", file.ForeignObjects));
            return file.Entries.Count > 0 ? file
                : throw new CheckpointException(file.Path, "a weight file holds tensors", null, "none");
        }
        string prefix = key + ".";
        var view = WeightView.Under(file, prefix);
        if (view.Entries.Count == 0)
            throw new CheckpointException(file.Path, "there must be tensors under the key", $"'{key}'",
                Sets(file) is { Length: > 0 } others ? $"those of {others}" : "none");
        return view;
    }

    static string Sets(TorchFile file) => CheckpointException.Printable(string.Join(", ", file.Entries
        .Select(entry => entry.Name.Split('.', 2)[0]).Distinct().Take(10)));
}
