using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Tests;

/// <summary>The whole assembly runs on the emulated driver unless SUTI_CUDA chooses another.</summary>
[SetUpFixture]
public class CudaSetUp
{
    [OneTimeSetUp]
    public void ChooseDriver()
    {
        if (NativeLibraries.Choice.Length == 0)
            Environment.SetEnvironmentVariable(NativeLibraries.Variable, "emulated");
    }
}
