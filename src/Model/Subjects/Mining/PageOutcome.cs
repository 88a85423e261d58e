namespace SuTI.Model.Subjects.Mining;

/// <summary>What became of a page; numbers are kept in catalogues.</summary>
public enum PageOutcome
{
    /// <summary>Its pictures are a cluster.</summary>
    Kept = 0,

    /// <summary>Too few pictures from the start.</summary>
    TooSmall = 1,

    /// <summary>Too few pictures were left of it.</summary>
    TooFewLeft = 2,

    /// <summary>The mean similarity lies below the band.</summary>
    TooUnlike = 3,

    /// <summary>The mean similarity lies above the band.</summary>
    TooAlike = 4,
}
