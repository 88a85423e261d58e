using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>
/// What the emulated driver executes in another process is recorded, and replayed under ThreadSanitizer: kernels must be free of
/// races between threads, warps and blocks, whatever order they run in.
/// </summary>
[Order(3)]
public class RaceTests
{
    static readonly string[] s_racing =
    [
        "races_between_warps", "overwrites_what_others_read", "races_between_blocks", "misses_a_warp_sync", "refills_under_readers",
        "misses_a_fence", "refills_without_asking", "reuses_a_stage_early",
    ];

    static readonly string[] s_sound =
    [
        "fences", "turns_a_row_round", "swaps_neighbours", "refills_in_turn", "sums", "waits_for_an_mbarrier", "multiplies_a_stage",
    ];

    [SetUp]
    public void EmulatedOnly()
    {
        if (!NativeLibraries.IsEmulated)
            Assert.Ignore("Only what the emulated driver executes can be replayed.");
    }

    [Test]
    public void Planted_races_are_found_and_sound_kernels_have_none()
    {
        string report = Replay($"FullyQualifiedName~{nameof(FaultTests)}.{nameof(FaultTests.Race_or_not_it_runs)}", []);
        TestContext.Out.WriteLine(report[(report.LastIndexOf("replay:", StringComparison.Ordinal) is var at and >= 0 ? at : 0)..]);
        Assert.Multiple(() =>
        {
            foreach (string kernel in s_racing)
                Assert.That(report, Does.Contain($" reports in kernel {kernel}\n"));
            foreach (string kernel in s_sound)
                Assert.That(report, Does.Not.Contain($"in kernel {kernel}\n"));
            Assert.That(report, Does.Match(@"#\d \w+ [^\n]*faults\.cu:\d+"), "source lines");
            Assert.That(report, Does.Contain(", 0 other faults"));
        });
    }

    [Test]
    public void Kernels_have_no_races()
    {
        List<string> selection = CudaCatalogueTests.Covering.Count > 0 ? CudaCatalogueTests.Covering : [.. CudaCatalogueTests.FirstVariants()];
        string report = Replay($"FullyQualifiedName~{nameof(CudaCatalogueTests)}", selection);
        string counts = report.TrimEnd().Split('\n').Last(line => line.Contains(" launches of ", StringComparison.Ordinal));
        TestContext.Out.WriteLine($"{selection.Count} tests: {counts}");
        Assert.That(counts, Does.EndWith(": 0 races, 0 other faults"), report);
    }

    static string Replay(string filter, List<string> selection)
    {
        string folder = Directory.CreateTempSubdirectory("suti-replay-").FullName;
        try
        {
            string record = Path.Combine(folder, "record"), selected = Path.Combine(folder, "selection");
            File.WriteAllLines(selected, selection);
            var (exit, output) = TestProcess.Tests(filter, ("EMU_RECORD", record), (CudaCatalogueTests.SelectionVariable, selected));
            Assert.That(exit, Is.Zero, output);
            var (status, report) = TestProcess.Run(TestProcess.Built("replay.sh"), [record], ("TSAN_OPTIONS", "history_size=1 report_thread_leaks=0 suppress_equal_addresses=0 suppress_equal_stacks=0"));
            Assert.That(status, Is.LessThan(2), report);
            return report;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
