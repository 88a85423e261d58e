namespace SuTI.Model.World;

/// <summary>What part of the world a picture belongs to. Learning sees <see cref="Train"/> alone.</summary>
public enum WorldSplit
{
    /// <summary>Known classes and prompts.</summary>
    Train,

    /// <summary>Unseen subjects of known classes: every tenth individual of a class.</summary>
    Subjects,

    /// <summary>Subjects of classes that are never learnt from (<see cref="Subjects.SubjectClasses.HeldOut"/>).</summary>
    Classes,

    /// <summary>Known subjects in combinations of a scene with an accessory, edit or style that are never learnt from.</summary>
    Prompts,
}
