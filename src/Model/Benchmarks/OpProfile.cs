using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary>Where the time of a workload goes, by op.</summary>
/// <param name="Op">The op, and whether it ran backward.</param>
/// <param name="Calls">In one repetition.</param>
/// <param name="Milliseconds">Of one repetition, ops inside it included.</param>
public sealed record OpProfile(string Op, bool IsBackward, double Calls, double Milliseconds)
{
    /// <summary>Runs a workload and adds up its ops, the longest first.</summary>
    public static IReadOnlyList<OpProfile> Of(Workload workload, CpuDevice device, int threads, int repetitions = 5)
    {
        int before = device.Threads;
        device.Threads = threads;
        try
        {
            using var scope = TensorScope.Open(workload.Name);
            using var prepared = workload.Prepare(new(device));
            for (int i = 0; i < 3; i++)
                prepared.Run();
            var totals = new Dictionary<(string, bool), (int Calls, TimeSpan Elapsed)>();
            void Hear(OpRecord record)
            {
                var (calls, elapsed) = totals.GetValueOrDefault((record.Name, record.IsBackward));
                totals[(record.Name, record.IsBackward)] = (calls + 1, elapsed + record.Elapsed);
            }
            using (OpObserver.Listen(Hear))
            {
                for (int i = 0; i < repetitions; i++)
                    prepared.Run();
            }
            return [.. totals.Select(t => new OpProfile(t.Key.Item1, t.Key.Item2, (double)t.Value.Calls / repetitions,
                t.Value.Elapsed.TotalMilliseconds / repetitions)).OrderByDescending(p => p.Milliseconds)];
        }
        finally
        {
            device.Threads = before;
        }
    }
}
