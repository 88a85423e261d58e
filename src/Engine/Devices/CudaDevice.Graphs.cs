using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed unsafe partial class CudaDevice
{
    const uint ThreadLocal = 1;

    /// <summary>What is being captured on this device; null outside of captures.</summary>
    internal override GraphRecording? Recording => _recording;

    GraphRecording? _recording;

    internal bool IsCapturing => _recording is not null;

    /// <summary>
    /// Captures what <paramref name="work"/> asks of this device, without doing it. Run the work once before: kernels are compiled,
    /// weights prepared and algorithms chosen then.
    /// </summary>
    /// <remarks>
    /// The work may not read a value, upload one, or draw random numbers. Its shapes, and every number of the host, are those of the
    /// capture; only optimizers and averages count their steps, and ask their learning rate, at each launch.
    /// </remarks>
    /// <exception cref="SutiException">The work does what cannot be captured; the message names it.</exception>
    public CudaGraph Capture(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MakeCurrent();
        if (IsCapturing)
            throw new SutiException("cuda graph", "captures one graph at a time");
        if (Guarded)
            throw new SutiException("cuda graph", "guarded memory is checked by the host and cannot be captured", "Guarded = false");
        _ = Staging; // page-locked memory cannot be had while capturing
        var recording = new GraphRecording(Driver, Memory);
        nint graph = 0;
        try
        {
            Driver.Check(Driver.StreamBeginCapture(Stream.Handle, ThreadLocal));
            (_recording, Kernels.IsSealed) = (recording, true);
            try
            {
                work();
            }
            finally
            {
                (_recording, Kernels.IsSealed) = (null, false);
                int status = Driver.StreamEndCapture(Stream.Handle, &graph);
                recording.EndCapture();
                // What the work has thrown says more.
                if (status != 0)
                    graph = 0;
            }
            if (graph == 0)
                throw new CudaException("cuda graph", "the driver could not capture this work: something in it waited for the device");
            return new(this, recording, graph);
        }
        catch
        {
            if (graph != 0)
                Driver.Check(Driver.GraphDestroy(graph));
            recording.Release();
            throw;
        }
    }

    internal void LaunchGraph(nint executable, GraphRecording recording)
    {
        RefuseInCapture("the launch of another graph");
        MakeCurrent();
        recording.Prepare(Stream, Staging);
        var recorder = LaunchRecorder.Active;
        var begin = recorder?.Begin(Stream);
        Driver.Check(Driver.GraphLaunch(executable, Stream.Handle));
        if (begin is not null)
            recorder!.End(Stream, begin, "graph");
    }

    internal void DestroyGraph(nint graph, nint executable, GraphRecording recording)
    {
        RefuseInCapture("the end of another graph");
        MakeCurrent();
        Stream.Synchronize();
        Driver.Check(Driver.GraphExecDestroy(executable));
        Driver.Check(Driver.GraphDestroy(graph));
        recording.Release();
    }

    internal override void RefuseInCapture(string what)
    {
        if (IsCapturing)
            throw NotCapturable(what);
    }

    static SutiException NotCapturable(string what)
        => new("cuda graph", $"{what} cannot be captured; do it before", "work of the device alone, run once before the capture", what);
}
