namespace SuTI.Engine.Tests;

/// <summary>Base of every engine test class: a test that leaves a buffer alive fails.</summary>
public abstract class LeakCheck
{
    int _before;

    [SetUp]
    public void CountBuffers() => _before = Device.Cpu.Memory.LiveBuffers;

    [TearDown]
    public void NothingIsLeft()
        => Assert.That(Device.Cpu.Memory.LiveBuffers, Is.EqualTo(_before), Device.Cpu.Memory.Describe());
}
