namespace SuTI.Kernels;

/// <summary>Names a stream of random numbers: the same name gives the same numbers, wherever and in whatever parts
/// they are made.</summary>
/// <param name="Seed">Key of the generator.</param>
/// <param name="Purpose">What the numbers are for, below 2^31, so that two uses in one step never meet.</param>
/// <param name="Step">Counter of the caller, such as the training step.</param>
/// <param name="FirstSample">Number of the first sample; later parts of a batch begin where the earlier ended.</param>
public readonly record struct PhiloxSource(ulong Seed, uint Purpose, uint Step = 0, uint FirstSample = 0);
