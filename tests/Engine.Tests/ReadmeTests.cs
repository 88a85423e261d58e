using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Engine.Tests;

/// <summary>What the README shows compiles, runs, and is what this file holds.</summary>
public class ReadmeTests : LeakCheck
{
    [Test]
    public void The_ten_lines_of_the_readme_run()
    {
        // The lines of the README begin here.
        using var scope = TensorScope.Open("step");                 // what is born inside dies at the closing brace
        var store = new ParameterStore(Device.Cpu);
        var layer = new Linear(store.Root["layer"], 64, 10);        // declares layer.weight and layer.bias
        store.Allocate(seed: 1);
        var optimizer = new AdamW(store.Trainable);
        var x = Tensor.Normal([32, 64], RandomKey.For("inputs", seed: 1));
        var loss = layer.Forward(x).Silu().Square().Mean();
        loss.Backward();
        optimizer.Step(1e-3);
        Console.WriteLine(loss.Item());
        // The lines of the README end here.
        Assert.That(loss.Item(), Is.GreaterThan(0));
        optimizer.Dispose();
        store.Dispose();
    }

    [Test]
    public void The_readme_shows_these_lines()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "SuTI.sln")))
            root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        string[] shown = [.. File.ReadLines(Path.Combine(root, "README.md")).SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```")];
        string[] run = [.. File.ReadLines(Path.Combine(root, "tests", "Engine.Tests", "ReadmeTests.cs")).Select(line => line.Trim())
            .SkipWhile(line => line != "// The lines of the README begin here.").Skip(1).TakeWhile(line => line != "// The lines of the README end here.")];
        Assert.That(shown, Is.EqualTo(run));
    }
}
