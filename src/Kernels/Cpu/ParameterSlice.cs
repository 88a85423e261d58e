namespace SuTI.Kernels;

/// <summary>
/// One parameter of an optimizer step: addresses of equally long, unmoving arrays of float or double. What an optimizer
/// does not use may be null.
/// </summary>
public readonly unsafe struct ParameterSlice
{
    /// <summary>Number of elements.</summary>
    public long Length { get; init; }

    /// <summary>The parameter, updated in place.</summary>
    public void* Value { get; init; }

    public void* Gradient { get; init; }

    /// <summary>First state: mean of gradients, or momentum.</summary>
    public void* State0 { get; init; }

    /// <summary>Second state: mean of squared gradients.</summary>
    public void* State1 { get; init; }

    /// <summary>Moving average of the parameter, or null.</summary>
    public void* Average { get; init; }
}
