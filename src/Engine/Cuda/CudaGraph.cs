using SuTI.Engine.Cuda;

namespace SuTI.Engine;

/// <summary>Work that was captured once and is launched as a whole: no launch costs the host more than another.</summary>
/// <remarks>
/// What was born while capturing and is still alive holds the results of the latest launch. Inputs are tensors from outside, whose
/// values <see cref="Set"/> changes between launches.
/// </remarks>
public sealed unsafe class CudaGraph : IDisposable
{
    readonly CudaDevice _device;
    readonly GraphRecording _recording;
    nint _graph, _executable;

    internal CudaGraph(CudaDevice device, GraphRecording recording, nint graph)
    {
        (_device, _recording, _graph) = (device, recording, graph);
        var driver = device.Driver;
        nint executable;
        driver.Check(driver.GraphInstantiate(&executable, graph, 0));
        _executable = executable;
        nuint nodes;
        driver.Check(driver.GraphGetNodes(graph, null, &nodes));
        Nodes = (int)nodes;
    }

    /// <summary>Kernels, copies and fills in it.</summary>
    public int Nodes { get; }

    /// <summary>How often it was launched.</summary>
    public long Launches { get; private set; }

    /// <summary>Puts all of it into the device's work; returns at once.</summary>
    /// <exception cref="LifetimeException">It has been disposed of.</exception>
    public void Launch()
    {
        if (_executable == 0)
            throw new LifetimeException("cuda graph", "is launched after it was disposed of");
        _device.LaunchGraph(_executable, _recording);
        Launches++;
    }

    /// <summary>Overwrites the values of a tensor that the captured work reads: the only tensors, beside parameters, that change after birth.</summary>
    /// <param name="values">Of the same shape and type, on the same device.</param>
    public void Set(Tensor input, Tensor values)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(values);
        if (input.Device != _device || values.Device != _device)
            throw new DeviceMismatchException("cuda graph", "sets tensors of its own device", _device.Name, $"{input.Device} and {values.Device}");
        input.Assign(values);
    }

    /// <summary>Gives its memory back, except for that of tensors that are still alive. Waits for the device.</summary>
    public void Dispose()
    {
        if (_executable == 0)
            return;
        _device.DestroyGraph(_graph, _executable, _recording);
        (_graph, _executable) = (0, 0);
    }
}
