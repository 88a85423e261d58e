namespace SuTI.Engine.Cuda;

/// <summary>What the compiler made of a variant.</summary>
/// <param name="Options">What it was given.</param>
/// <param name="Log">What it said: warnings, and registers and spills a kernel.</param>
sealed record CompiledKernel(KernelVariant Variant, string Options, byte[] Cubin, string Log);
