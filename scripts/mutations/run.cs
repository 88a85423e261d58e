// The mutation proof: plants the errors that mutations.txt lists in backward formulas, and demands that
// `suti gradcheck` finds each.
//
//     dotnet run scripts/mutations/run.cs                all of them; writes docs/results/mutations.md
//     dotnet run scripts/mutations/run.cs -- OP [OP …]   those of some ops; writes nothing
//     dotnet run scripts/mutations/run.cs -- --texts     none: only looks whether all texts to replace are there
//
// All errors are planted in one copy of the sources, each beside the true text and behind a number that the environment
// variable SUTI_MUTATION chooses, so that one build serves them all (Untch, Offutt and Harrold, Mutation Analysis Using
// Mutant Schemata, 1993). Exits with 1 if an error survives, a text to replace is not found, or no error is planted
// in an op that has a gradient.

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

string root = Path.GetFullPath(Path.Combine((string)AppContext.GetData("EntryPointFileDirectoryPath")!, "..", ".."));
string copy = Path.Combine(root, "artifacts", "mutations");
string program = Path.Combine(copy, "src", "Cli", "bin", "Release", "net10.0", "suti.dll");
try
{
    Mutant[] all = Mutant.ReadAll(Path.Combine(root, "scripts", "mutations", "mutations.txt"));
    Sources.Plant(root, copy, all);
    if (args is ["--texts"])
        return 0;
    Command.Require(copy, "dotnet", "build", "src/Cli/SuTI.Cli.csproj", "-c", "Release", "-v", "q", "--nologo",
        "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", "-p:TreatWarningsAsErrors=false",
        "-p:GenerateDocumentationFile=false");

    Trial sound = Trial.Run(program, 0, args);
    if (sound.ExitCode != 0)
        throw new InvalidOperationException($"gradcheck fails where nothing is planted:\n{sound.Output}");
    string[] bare = [.. sound.Differentiated.Except(all.SelectMany(mutant => mutant.Ops))];
    foreach (string op in bare)
        Console.Error.WriteLine($"no error is planted for {op}");

    var planned = (from mutant in all
                   from op in mutant.Ops
                   where args.Length == 0 || args.Contains(op)
                   select (mutant, op)).ToArray();
    var found = new ConcurrentDictionary<(Mutant, string), Trial>();
    Parallel.ForEach(planned, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, pair =>
    {
        var trial = found[pair] = Trial.Run(program, pair.mutant.Number, [pair.op]);
        string word = trial.IsCaught ? "caught" : "SURVIVED";
        Console.WriteLine($"{word,-8}  {pair.mutant.Number,4}  {pair.op,-16}  {trial.Verdict}");
    });

    var rows = planned.Select(pair => (pair.mutant, pair.op, Trial: found[pair])).ToArray();
    int survived = rows.Count(row => !row.Trial.IsCaught);
    Console.WriteLine($"{rows.Length - survived} caught, {survived} survived, {bare.Length} ops without an error");
    if (args.Length == 0)
        File.WriteAllText(Path.Combine(root, "docs", "results", "mutations.md"), Report.Write(root, all.Length, rows));
    return survived + bare.Length == 0 ? 0 : 1;
}
catch (InvalidOperationException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}

/// <summary>One error to plant, of those in mutations.txt.</summary>
/// <param name="Ops">Ops whose gradient check must find it.</param>
/// <param name="Kind">What is wrong with it: sign, factor 1.001, dropped term.</param>
/// <param name="Anchors">Texts of which each stands after the one before it, and the original after the last.</param>
/// <param name="Original">An expression, or statements if it ends with a semicolon or a brace.</param>
sealed record Mutant(
    int Number, string[] Ops, string Kind, string File, string[] Anchors, string Original, string Planted)
{
    /// <summary>Line of the original in its file; known once it is planted.</summary>
    public int Line { get; set; }

    bool IsStatement => Original[^1] is ';' or '}';

    public static Mutant[] ReadAll(string path)
    {
        var mutants = new List<Mutant>();
        foreach (string block in Regex.Split(System.IO.File.ReadAllText(path), @"\n\s*\n"))
        {
            string[] lines = [.. block.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#')];
            if (lines.Length == 0)
                continue;
            string[] head = [.. lines[0].Split('|').Select(part => part.Trim())];
            string Text(string mark) => string.Join('\n', lines.Skip(1)
                .Where(l => l.StartsWith(mark, StringComparison.Ordinal)).Select(l => l[mark.Length..].Trim()));
            if (head.Length != 3 || Text("- ").Length == 0)
                throw new InvalidOperationException($"mutations.txt: not a mutant:\n{block}");
            mutants.Add(new(mutants.Count + 1, head[0].Split(", "), head[1], head[2],
                Text("@ ").Split('\n', StringSplitOptions.RemoveEmptyEntries), Text("- "), Text("+ ")));
        }
        return [.. mutants];
    }

    /// <summary>Where the original stands. Any white space stands for any other.</summary>
    public (int Start, int Length) Find(string source)
    {
        int from = 0;
        foreach (string anchor in Anchors)
            from = Next(source, anchor, from) is { } at ? at.Index + at.Length : throw Missing(anchor);
        var match = Next(source, Original, from) ?? throw Missing(Original);
        if (Anchors.Length == 0 && Next(source, Original, match.Index + 1) is not null)
            throw new InvalidOperationException($"mutant {Number}: {File} holds more than once: {Original}");
        Line = source.AsSpan(0, match.Index).Count('\n') + 1;
        return (match.Index, match.Length);
    }

    /// <summary>The rest of the choice among errors planted in one place, which ends with the original.</summary>
    public string Choose(string otherwise) => IsStatement
        ? $"if (global::SuTI.Kernels.Mutation.Is({Number})) {{ {Planted} }} else {{ {otherwise} }}"
        : $"(global::SuTI.Kernels.Mutation.Is({Number}) ? ({Planted}) : ({otherwise}))";

    static Match? Next(string source, string text, int from)
    {
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var match = new Regex(string.Join(@"\s+", words.Select(Regex.Escape))).Match(source, from);
        return match.Success ? match : null;
    }

    InvalidOperationException Missing(string text) => new($"mutant {Number}: {File} does not hold: {text}");
}

/// <summary>The copy of the sources in which all errors are planted.</summary>
static class Sources
{
    const string Switch = """
        namespace SuTI.Kernels;

        public static class Mutation
        {
            static readonly int s_active =
                int.TryParse(System.Environment.GetEnvironmentVariable("SUTI_MUTATION"), out int number) ? number : 0;

            public static bool Is(int number) => s_active == number;
        }
        """;

    static readonly string[] s_settings = ["Directory.Build.props", "Directory.Packages.props", "global.json"];
    static readonly string[] s_patterns = ["*.cs", "*.csproj"];

    public static void Plant(string root, string copy, Mutant[] mutants)
    {
        string[] files =
        [
            .. s_settings.Where(f => File.Exists(Path.Combine(root, f))),
            .. s_patterns.SelectMany(pattern => Written(root, pattern)),
        ];
        var lost = new List<string>();
        foreach (var mutant in mutants)
        {
            try
            {
                mutant.Find(files.Contains(mutant.File) ? File.ReadAllText(Path.Combine(root, mutant.File)) : "");
            }
            catch (InvalidOperationException failure)
            {
                lost.Add(failure.Message);
            }
        }
        if (lost.Count > 0)
            throw new InvalidOperationException(string.Join('\n', lost));
        foreach (string file in files)
        {
            string source = File.ReadAllText(Path.Combine(root, file));
            Put(copy, file, Rewrite(source, [.. mutants.Where(mutant => mutant.File == file)]));
        }
        Put(copy, "src/Kernels/Mutation.cs", Switch);
        // What has gone since the copy was made.
        foreach (string old in Written(copy, "*.cs").Except([.. files, "src/Kernels/Mutation.cs"]).ToArray())
            File.Delete(Path.Combine(copy, old));
    }

    static IEnumerable<string> Written(string root, string pattern)
        => Directory.EnumerateFiles(Path.Combine(root, "src"), pattern, SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(root, f).Replace('\\', '/')).Where(f => !Regex.IsMatch(f, "/(bin|obj)/"));

    static string Rewrite(string source, Mutant[] mutants)
    {
        var places = mutants.GroupBy(mutant => mutant.Find(source)).ToArray();
        int end = source.Length;
        foreach (var place in places.OrderByDescending(place => place.Key.Start))
        {
            var (start, length) = place.Key;
            if (start + length > end)
                throw new InvalidOperationException($"mutant {place.First().Number} overlaps with another one");
            string text = source.Substring(start, length);
            foreach (var mutant in place.Reverse())
                text = mutant.Choose(text);
            source = source[..start] + text + source[(start + length)..];
            end = start;
        }
        return source;
    }

    // What did not change keeps its date, so that the next build is short.
    static void Put(string copy, string file, string text)
    {
        string path = Path.Combine(copy, file);
        if (File.Exists(path) && File.ReadAllText(path) == text)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}

/// <summary>One run of the gradient check.</summary>
/// <param name="Differentiated">Ops of which it compared derivatives.</param>
/// <param name="Failures">Cases that failed.</param>
sealed record Trial(int ExitCode, string Output, string[] Differentiated, JsonElement[] Failures)
{
    // An error that changes results too is not in a backward formula, and finding it says nothing about gradients.
    public bool IsCaught
        => ExitCode == 1 && Failures.Length > 0
            && Array.TrueForAll(Failures, f => Error(f).Contains(" failed; worst:"));

    /// <summary>The first case that failed.</summary>
    public string Case => Failures[0].GetProperty("case").GetString()!;

    public string Verdict
    {
        get
        {
            if (IsCaught)
                return $"{Case}: {Number("analytic")} for {Number("numeric")}";
            if (ExitCode == 0)
                return "gradcheck passes";
            if (Failures.Length == 0)
                return $"exit code {ExitCode}: {Output}";
            return $"results are wrong: {Error(Failures[0])}";
        }
    }

    public static Trial Run(string program, int number, string[] ops)
    {
        string folder = Path.GetDirectoryName(program)!;
        var (code, output) = Command.Run(folder, number, "dotnet", [program, "gradcheck", "--json", .. ops]);
        var objects = output.Split('\n').Where(l => l.StartsWith('{'));
        JsonElement[] lines = [.. objects.Select(l => JsonDocument.Parse(l).RootElement)];
        var compared = lines.Where(l => l.GetProperty("compared").GetInt32() > 0);
        return new(code, output, [.. compared.Select(l => l.GetProperty("op").GetString()!).Distinct()],
            [.. lines.Where(l => !l.GetProperty("passed").GetBoolean())]);
    }

    public string Number(string property)
    {
        var value = Failures[0].GetProperty(property);
        bool isFinite = value.ValueKind == JsonValueKind.Number;
        return isFinite ? value.GetDouble().ToString("G6", CultureInfo.InvariantCulture) : value.ToString();
    }

    static string Error(JsonElement line) => line.GetProperty("error").GetString()!;
}

static class Command
{
    public static (int Code, string Output) Run(string folder, int mutation, string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SUTI_MUTATION"] = mutation.ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    public static string Require(string folder, string name, params string[] arguments)
    {
        var (code, output) = Run(folder, 0, name, arguments);
        return code == 0 ? output.Trim()
            : throw new InvalidOperationException($"{name} {string.Join(' ', arguments)}:\n{output}");
    }
}

static class Report
{
    public static string Write(string root, int count, (Mutant Mutant, string Op, Trial Trial)[] rows)
    {
        string commit = Command.Require(root, "git", "rev-parse", "--short", "HEAD");
        if (Command.Require(root, "git", "status", "--porcelain", "--", "src", "scripts").Length > 0)
            commit += " with changes";
        int caught = rows.Count(row => row.Trial.IsCaught);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Planted errors

            `suti gradcheck` must find every error planted in a backward formula. {count} errors, {rows.Length} checks
            of an op with an error: {caught} caught, {rows.Length - caught} survived. With nothing planted every case
            passes, and every op that has a gradient has at least one error.

            - Command: `dotnet run scripts/mutations/run.cs`
            - Commit: {commit}
            - Machine: {Processor()}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}

            A case fails where an analytic derivative differs from the central difference by more than 1e-6 of the
            greater and 1e-8. The last columns are the number of failing cases, the first of them, and there the
            derivative furthest beyond its bound.


            """);
        text.AppendLine("| # | op | error | place | original | planted | cases | first case | analytic | numeric |");
        text.AppendLine("| -: | -- | -- | -- | -- | -- | -: | -- | -: | -: |");
        foreach (var (mutant, op, trial) in rows)
        {
            string place = $"{Path.GetFileName(mutant.File)}:{mutant.Line.ToString(CultureInfo.InvariantCulture)}";
            string[] found = trial.IsCaught
                ? [$"{trial.Failures.Length}", trial.Case, trial.Number("analytic"), trial.Number("numeric")]
                : ["0", $"**{Cell(trial.Verdict.Split('\n')[0])}**", "", ""];
            string[] error = [mutant.Kind, place, Code(mutant.Original), Code(mutant.Planted)];
            text.AppendLine($"| {string.Join(" | ", [$"{mutant.Number}", op, .. error, .. found])} |");
        }
        return text.Replace("\r\n", "\n").ToString();
    }

    static string Code(string text) => text.Length == 0 ? "nothing" : $"`{Cell(Regex.Replace(text, @"\s+", " "))}`";

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    static string Processor()
    {
        string cpuinfo = "/proc/cpuinfo";
        string[] lines = File.Exists(cpuinfo) ? File.ReadAllLines(cpuinfo) : [];
        string? name = Array.Find(lines, l => l.StartsWith("model name", StringComparison.Ordinal));
        return name?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
