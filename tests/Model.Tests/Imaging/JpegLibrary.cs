using SuTI.Engine.Native;

namespace SuTI.Model.Tests.Imaging;

/// <summary>Whether TurboJPEG is here, which is not the project's to bring along.</summary>
static class JpegLibrary
{
    /// <summary>
    /// Skips the test, with the reason, where the library is missing; where CI runs that is a failure.
    /// </summary>
    public static void Require()
    {
        try
        {
            _ = TurboJpeg.Instance;
        }
        catch (SutiException failure) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Ignore(failure.Message);
        }
    }
}
