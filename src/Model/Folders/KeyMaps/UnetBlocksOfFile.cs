using SuTI.Engine;

namespace SuTI.Model.Folders.KeyMaps;

/// <summary>
/// Which level and layer the numbered blocks of an original U-Net are: down, one block a layer and one that shrinks;
/// up, one block a layer, of which a level has one more than on the way down.
/// </summary>
sealed class UnetBlocksOfFile
{
    readonly List<(int Level, int Layer, bool Shrinks)> _down = [(0, 0, false)];
    readonly List<(int Level, int Layer)> _up = [];

    /// <param name="layers">Of each level, if the file's shapes do not tell.</param>
    /// <exception cref="SutiException">The blocks do not make up such a network.</exception>
    public UnetBlocksOfFile(PlanBuilder file, IReadOnlyList<int>? layers)
    {
        int inputs = NamePattern.Count(file.Names, "input_blocks."), outputs = NamePattern.Count(file.Names, "output_blocks.");
        layers ??= Levels(file, inputs);
        for (int level = 0; level < layers.Count; level++)
        {
            for (int layer = 0; layer < layers[level]; layer++)
                _down.Add((level, layer, false));
            if (level < layers.Count - 1)
                _down.Add((level, 0, true));
        }
        for (int level = 0; level < layers.Count; level++)
        {
            for (int layer = 0; layer <= layers[layers.Count - 1 - level]; layer++)
                _up.Add((level, layer));
        }
        if (_down.Count != inputs || _up.Count != outputs)
            throw new SutiException("U-Net",
                "the blocks of the file must make up its levels: say how many layers each has",
                $"{_down.Count} blocks down and {_up.Count} up for layers {string.Join(", ", layers)}",
                $"{inputs} and {outputs}");
        Layers = layers;
    }

    /// <summary>Residual blocks of each level on the way down.</summary>
    public IReadOnlyList<int> Layers { get; }

    public (int Level, int Layer, bool Shrinks)? Down(int block) => block < _down.Count ? _down[block] : null;

    public (int Level, int Layer)? Up(int block) => block < _up.Count ? _up[block] : null;

    // A level ends with the convolution "op"; where residual blocks shrink the images, the next level begins with
    // another width, which shows in its first block's skip connection.
    static List<int> Levels(PlanBuilder file, int inputs)
    {
        bool hasOps = file.Names.Any(name => name.EndsWith(".0.op.weight", StringComparison.Ordinal));
        var layers = new List<int>();
        int layer = 0;
        for (int block = 1; block < inputs; block++)
        {
            bool shrinks = hasOps ? file.Has($"input_blocks.{block}.0.op.weight")
                : file.Has($"input_blocks.{block + 1}.0.skip_connection.weight");
            if (shrinks)
                layers.Add(layer);
            layer = shrinks ? 0 : layer + 1;
        }
        layers.Add(layer);
        return layers;
    }
}
