namespace SuTI.Model.Tests;

/// <summary>The whole assembly runs on the emulated driver unless SUTI_CUDA chooses another.</summary>
[SetUpFixture]
public class CudaSetUp
{
    const string Variable = "SUTI_CUDA";

    [OneTimeSetUp]
    public void ChooseDriver()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
            Environment.SetEnvironmentVariable(Variable, "emulated");
    }
}
