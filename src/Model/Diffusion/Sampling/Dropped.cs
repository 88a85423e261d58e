namespace SuTI.Model.Diffusion;

/// <summary>Which conditions a network is asked without.</summary>
[Flags]
public enum Dropped
{
    Nothing = 0,

    /// <summary>The prompt: the empty one, or a negative one, is in its place.</summary>
    Text = 1,

    /// <summary>The pictures that show the subject.</summary>
    Demonstrations = 2,

    Everything = Text | Demonstrations,
}
