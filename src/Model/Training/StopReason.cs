namespace SuTI.Model.Training;

/// <summary>Why a run stopped.</summary>
public enum StopReason
{
    /// <summary>All steps are made.</summary>
    Finished,

    /// <summary>The time of this invocation is up.</summary>
    TimeUp,

    /// <summary>Somebody asked for it.</summary>
    Cancelled,
}
