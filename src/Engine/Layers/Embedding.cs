namespace SuTI.Engine.Layers;

/// <summary>A table whose rows are looked up by number.</summary>
public sealed class Embedding
{
    /// <param name="p">Declares weight (rows, features).</param>
    /// <param name="initial">By default standard normal.</param>
    public Embedding(ParameterScope p, int rows, int features, Initialiser? initial = null)
    {
        ArgumentNullException.ThrowIfNull(p);
        Weight = p.Declare("weight", [rows, features], initial ?? Initialiser.Normal(1));
    }

    public Parameter Weight { get; }

    /// <param name="ids">(…), i32 or i64.</param>
    /// <returns>(…, features)</returns>
    public Tensor Forward(Tensor ids) => Weight.Value.Embedding(ids);
}
