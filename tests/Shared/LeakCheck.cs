namespace SuTI.Tests;

/// <summary>Base of every engine test class: a test that leaves a buffer alive, on any device, fails.</summary>
public abstract class LeakCheck
{
    readonly Dictionary<Device, int> _before = [];

    [SetUp]
    public void CountBuffers()
    {
        foreach (var device in Devices())
            _before[device] = device.Memory.LiveBuffers;
    }

    [TearDown]
    public void NothingIsLeft()
    {
        foreach (var device in Devices())
            Assert.That(device.Memory.LiveBuffers, Is.EqualTo(_before.GetValueOrDefault(device)), device.Memory.Describe());
    }

    static IEnumerable<Device> Devices() => Device.Known;
}
