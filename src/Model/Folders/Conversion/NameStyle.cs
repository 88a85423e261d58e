namespace SuTI.Model.Folders.Conversion;

/// <summary>Under which names tensors are written.</summary>
public enum NameStyle
{
    /// <summary>Those that they have.</summary>
    Keep,

    /// <summary>Those of diffusers and transformers.</summary>
    Library,

    /// <summary>Those of the network's authors.</summary>
    Original,
}
