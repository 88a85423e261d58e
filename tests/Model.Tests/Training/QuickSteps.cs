using SuTI.Engine.IO;

namespace SuTI.Model.Tests.Training;

/// <summary>The system's steps without waiting for the disk: tests do not pull the plug.</summary>
class QuickSteps : FileSteps
{
    public override void FlushToDisk(Stream stream) => stream.Flush();

    public override void FlushFolder(string folder)
    {
    }
}
