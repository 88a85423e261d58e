using System.Globalization;
using System.Text.RegularExpressions;

namespace SuTI.Engine.Tests.Cuda.Ptx;

/// <summary>
/// The instructions that our kernels use, by PTX ISA 8.x, chapter 9.7: opcodes with their modifiers, and what each operand must be.
/// An instruction without a rule is an error, for so a misspelt modifier is found; who uses a new one adds its line here.
/// </summary>
/// <remarks>
/// A rule is an opcode pattern and operands. <c>T</c> and <c>U</c> stand for the register that the groups t and u of the pattern ask for;
/// M the same for what is loaded or stored, which may be wider (PTX ISA 9.4.1); b16 b32 b64 any register of that size, i16 i32 i64 one of integers or bits, f32 f64, p a predicate, [a] an address, {4}i32 a
/// vector (its length may be a group: {n}), #a|b one of these numbers, L a label or symbol, S a special register, R any integer
/// register; ! after one also takes a number, ? makes it and what follows optional, _ after one also takes the sink.
/// Rules after a line @90 need sm_90.
/// </remarks>
static partial class PtxRules
{
    const string Float = @"(\.ftz)?(\.sat)?\.(?<t>f32)", Round = @"\.r[nzmp]", Whole = @"\.r[nzmp]i";

    const string Table = """
        mov\.(?<t>pred|[bus]16|[bus]32|[bus]64|f32|f64)      | T A
        mov\.b32                                              | b32 {2}i16
        mov\.b32                                              | {2}i16 b32
        mov\.b64                                              | i64 {2}b32
        mov\.b64                                              | {2}b32 i64
        mov\.b64                                              | i64 {4}i16
        mov\.b64                                              | {4}i16 i64
        (add|sub|min|max|div|rem)\.(?<t>[us](16|32|64))       | T T! T!
        (add|sub)(\.sat|\.cc)\.(?<t>[us]32)                   | T T! T!
        mul\.(lo|hi)\.(?<t>[us](16|32|64))                    | T T! T!
        mul\.wide\.[us]16                                     | i32 i16! i16!
        mul\.wide\.[us]32                                     | i64 i32! i32!
        mul24\.lo\.[us]32                                     | i32 i32! i32!
        mad\.(lo|hi)\.(?<t>[us](16|32|64))                    | T T! T! T!
        mad\.wide\.[us]16                                     | i32 i16! i16! i32!
        mad\.wide\.[us]32                                     | i64 i32! i32! i64!
        (abs|neg)\.(?<t>s(16|32|64))                          | T T
        (and|or|xor)\.(?<t>pred|b16|b32|b64)                  | T T! T!
        (not|cnot)\.(?<t>pred|b16|b32|b64)                    | T T
        shl\.(?<t>b(16|32|64))                                | T T! i32!
        shr\.(?<t>[bus](16|32|64))                            | T T! i32!
        shf\.[lr]\.(wrap|clamp)\.b32                          | i32 i32! i32! i32!
        prmt\.b32(\.(f4e|b4e|rc8|ecl|ecr|rc16))?              | i32 i32! i32! i32!
        lop3\.b32                                             | i32 i32! i32! i32! #
        bfe\.(?<t>[us](32|64))                                | T T! i32! i32!
        bfi\.(?<t>b(32|64))                                   | T T! T! i32! i32!
        (popc|clz)\.b32                                       | i32 i32
        (popc|clz)\.b64                                       | i32 i64
        brev\.(?<t>b(32|64))                                  | T T
        setp\.(eq|ne|lt|le|gt|ge|lo|ls|hi|hs)\.(?<t>[bus](16|32|64))             | q T! T!
        setp\.(eq|ne|lt|le|gt|ge|lo|ls|hi|hs)\.(and|or|xor)\.(?<t>[bus](16|32|64)) | q T! T! p
        setp\.(eq|ne|lt|le|gt|ge|equ|neu|ltu|leu|gtu|geu|num|nan)(\.ftz)?\.(?<t>f32) | q T! T!
        setp\.(eq|ne|lt|le|gt|ge|equ|neu|ltu|leu|gtu|geu|num|nan)\.(and|or|xor)(\.ftz)?\.(?<t>f32) | q T! T! p
        selp\.(?<t>[bus](16|32|64)|f32)                       | T T! T! p
        (add|sub|mul)(ROUND)?FLOAT                            | T T! T!
        (min|max)(\.ftz)?(\.NaN)?\.(?<t>f32)                  | T T! T!
        fma(ROUND)FLOAT                                       | T T! T! T!
        div(\.approx|\.full|ROUND)(\.ftz)?\.(?<t>f32)         | T T! T!
        (sqrt|rcp)(\.approx|ROUND)(\.ftz)?\.(?<t>f32)         | T T!
        (rsqrt|ex2|lg2|sin|cos)\.approx(\.ftz)?\.(?<t>f32)    | T T!
        tanh\.approx\.(?<t>f32)                               | T T!
        (abs|neg)(\.ftz)?\.(?<t>f32)                          | T T
        copysign\.(?<t>f32)                                   | T T! T!
        testp\.(finite|infinite|number|notanumber|normal|subnormal)\.(?<t>f32) | p T
        fma\.rn(\.ftz)?(\.relu)?\.(f16x2|bf16x2)              | i32 i32 i32 i32
        (add|sub|mul)(\.rn)?(\.ftz)?\.f16x2                   | i32 i32 i32
        cvt(ROUND)(\.ftz)?(\.sat)?\.(?<t>f32)\.(?<u>[us](8|16|32|64))  | T U!
        cvt(WHOLE)(\.ftz)?(\.sat)?\.(?<t>[us](8|16|32|64))\.(?<u>f32)  | T U!
        cvt(\.sat)?\.(?<t>[us](8|16|32|64))\.(?<u>[us](8|16|32|64))    | T U!
        cvt(\.ftz)?\.f32\.f16                                 | f32 i16
        cvt\.rn(\.relu)?(\.satfinite)?\.(f16|bf16)\.f32       | i16 f32
        cvt\.rz(\.relu)?\.(f16|bf16)\.f32                     | i16 f32
        cvt\.(rn|rz)(\.relu)?\.(f16x2|bf16x2)\.f32            | i32 f32 f32
        cvt\.rna\.tf32\.f32                                   | i32 f32
        cvt(WHOLE)(\.ftz)?(\.sat)?\.f32\.f32                  | f32 f32!
        ld\.param\.(?<t>[bus](8|16|32|64)|f32)                | M [a]
        ld(\.volatile)?(\.const|\.global|\.local|\.shared)?(\.ca|\.cg|\.cs|\.lu|\.cv)?\.(?<t>[bus](8|16|32|64)|f32) | M [a]
        ld\.global(\.ca|\.cg|\.cs)?\.nc(\.L1::(evict_first|evict_last|no_allocate))?(\.L2::(64B|128B|256B))?\.(?<t>[bus](8|16|32|64)|f32) | M [a]
        ld\.(relaxed|acquire)\.(cta|cluster|gpu|sys)(\.global|\.shared)?\.(?<t>[bus](8|16|32|64)|f32) | M [a]
        ld\.param\.v(?<n>[24])\.(?<t>[bus](8|16|32|64)|f32)   | {n}M [a]
        ld(\.volatile)?(\.const|\.global|\.local|\.shared)?(\.ca|\.cg|\.cs|\.lu|\.cv)?\.v(?<n>[24])\.(?<t>[bus](8|16|32|64)|f32) | {n}M [a]
        ld\.global(\.ca|\.cg|\.cs)?\.nc(\.L1::(evict_first|evict_last|no_allocate))?(\.L2::(64B|128B|256B))?\.v(?<n>[24])\.(?<t>[bus](8|16|32|64)|f32) | {n}M [a]
        st(\.volatile)?(\.global|\.local|\.shared)?(\.wb|\.cg|\.cs|\.wt)?\.(?<t>[bus](8|16|32|64)|f32) | [a] M!
        st\.(relaxed|release)\.(cta|cluster|gpu|sys)(\.global|\.shared)?\.(?<t>[bus](8|16|32|64)|f32) | [a] M!
        st(\.volatile)?(\.global|\.local|\.shared)?(\.wb|\.cg|\.cs|\.wt)?\.v(?<n>[24])\.(?<t>[bus](8|16|32|64)|f32) | [a] {n}M!
        prefetch\.global\.L[12]                               | [a]
        cvta(\.to)?\.(global|shared|local|const|param)\.u64   | i64 L
        cvta(\.to)?\.(global|shared|local|const|param)\.u64   | i64 i64
        bra(\.uni)?                                           | L
        (ret|exit|trap|membar\.(cta|gl|sys)|fence(\.sc|\.acq_rel)\.(cta|gpu|sys)) |
        bar\.sync                                             | i32!
        bar\.sync                                             | i32! i32!
        barrier\.sync(\.aligned)?                             | i32!
        bar\.arrive                                           | i32! i32!
        bar\.warp\.sync                                       | i32!
        activemask\.b32                                       | i32
        shfl\.sync\.(up|down|bfly|idx)\.b32                   | w i32! i32! i32! i32!
        vote\.sync\.ballot\.b32                               | i32 p i32!
        vote\.sync\.(all|any|uni)\.pred                       | p p i32!
        redux\.sync\.(add|min|max)\.[us]32                    | i32 i32 i32!
        redux\.sync\.(and|or|xor)\.b32                        | i32 i32 i32!
        atom(\.(relaxed|acquire|release|acq_rel)\.(cta|gpu|sys))?(\.global|\.shared)?\.(add|min|max|inc|dec)\.(?<t>[us](32|64)) | T [a] T!
        atom(\.(relaxed|acquire|release|acq_rel)\.(cta|gpu|sys))?(\.global|\.shared)?\.(and|or|xor|exch)\.(?<t>b(32|64))       | T [a] T!
        atom(\.(relaxed|acquire|release|acq_rel)\.(cta|gpu|sys))?(\.global|\.shared)?\.cas\.(?<t>b(16|32|64))                 | T [a] T! T!
        red(\.(relaxed|release)\.(cta|gpu|sys))?(\.global|\.shared)?\.(add|min|max)\.(?<t>[us](32|64))                        | [a] T!
        cp\.async\.ca\.shared(::cta)?\.global(\.L2::(64B|128B|256B))?  | [s] [a] #4|8|16
        cp\.async\.ca\.shared(::cta)?\.global(\.L2::(64B|128B|256B))?  | [s] [a] #4|8|16 i32!
        cp\.async\.cg\.shared(::cta)?\.global(\.L2::(64B|128B|256B))?  | [s] [a] #16
        cp\.async\.cg\.shared(::cta)?\.global(\.L2::(64B|128B|256B))?  | [s] [a] #16 i32!
        cp\.async\.(commit_group|wait_all)                    |
        cp\.async\.wait_group                                 | #
        ldmatrix\.sync\.aligned\.m8n8\.x1(\.trans)?\.shared(::cta)?\.b16 | {1}i32 [s]
        ldmatrix\.sync\.aligned\.m8n8\.x2(\.trans)?\.shared(::cta)?\.b16 | {2}i32 [s]
        ldmatrix\.sync\.aligned\.m8n8\.x4(\.trans)?\.shared(::cta)?\.b16 | {4}i32 [s]
        mma\.sync\.aligned\.m16n8k16\.row\.col\.f32\.(?<e>bf16|f16)\.\k<e>\.f32 | {4}f32 {4}i32 {2}i32 {4}f32
        mma\.sync\.aligned\.m16n8k8\.row\.col\.f32\.(?<e>bf16|f16)\.\k<e>\.f32  | {4}f32 {2}i32 {1}i32 {4}f32
        mma\.sync\.aligned\.m16n8k8\.row\.col\.f32\.tf32\.tf32\.f32             | {4}f32 {4}i32 {2}i32 {4}f32
        mma\.sync\.aligned\.m16n8k4\.row\.col\.f32\.tf32\.tf32\.f32             | {4}f32 {2}i32 {1}i32 {4}f32
        createpolicy\.fractional\.L2::(evict_first|evict_last)\.b64 | i64 f32!
        @90
        stmatrix\.sync\.aligned\.m8n8\.x4(\.trans)?\.shared(::cta)?\.b16 | [s] {4}i32
        stmatrix\.sync\.aligned\.m8n8\.x2(\.trans)?\.shared(::cta)?\.b16 | [s] {2}i32
        mbarrier\.init\.shared(::cta)?\.b64                   | [s] i32!
        mbarrier\.inval\.shared(::cta)?\.b64                  | [s]
        mbarrier\.arrive\.shared(::cta)?\.b64                 | i64_ [s]
        mbarrier\.arrive\.expect_tx\.shared(::cta)?\.b64      | i64_ [s] i32!
        mbarrier\.expect_tx\.relaxed\.cta\.shared(::cta)?\.b64 | [s] i32!
        mbarrier\.(try_wait|test_wait)\.parity\.shared(::cta)?\.b64 | p [s] i32!
        fence\.proxy\.async(\.shared::cta|\.global)?          |
        fence\.mbarrier_init\.release\.cluster                |
        cp\.async\.bulk\.tensor\.[1-5]d\.shared::cluster\.global(\.tile)?\.mbarrier::complete_tx::bytes | [s] [m] [s]
        cp\.async\.bulk\.tensor\.[1-5]d\.shared::cluster\.global(\.tile)?\.mbarrier::complete_tx::bytes\.L2::cache_hint | [s] [m] [s] i64
        cp\.async\.bulk\.tensor\.[1-5]d\.shared::cluster\.global\.im2col\.mbarrier::complete_tx::bytes | [s] [m] [s] {2}i16
        prefetch\.tensormap                                   | [a]
        wgmma\.(fence|commit_group)\.sync\.aligned            |
        wgmma\.wait_group\.sync\.aligned                      | #
        wgmma\.mma_async\.sync\.aligned\.m64n(?<w>\d+)k16\.f32\.(?<e>bf16|f16)\.\k<e> | {w/2}f32 i64 i64 p #1|-1 #1|-1 #0|1 #0|1
        wgmma\.mma_async\.sync\.aligned\.m64n(?<w>\d+)k16\.f32\.(?<e>bf16|f16)\.\k<e> | {w/2}f32 {4}i32 i64 p #1|-1 #1|-1 #0|1
        wgmma\.mma_async\.sync\.aligned\.m64n(?<w>\d+)k8\.f32\.tf32\.tf32             | {w/2}f32 i64 i64 p #1|-1 #1|-1
        setmaxnreg\.(inc|dec)\.sync\.aligned\.u32             | #
        elect\.sync                                           | w i32!
        """;

    static readonly List<Rule> s_rules = Read();

    // Opcodes repeat: which rules can be meant.
    static readonly Dictionary<string, List<(Rule Rule, Match Match)>> s_found = new(StringComparer.Ordinal);

    /// <returns>What is wrong with an instruction; null if nothing is.</returns>
    internal static string? Check(PtxInstruction instruction, int target)
    {
        if (instruction.Guard is { } guard && guard.Type != "pred")
            return $"the guard {guard.Text} is no predicate";
        List<(Rule Rule, Match Match)>? rules;
        lock (s_found)
        {
            if (!s_found.TryGetValue(instruction.Opcode, out rules))
            {
                rules = [.. s_rules.Select(rule => (rule, rule.Opcode.Match(instruction.Opcode))).Where(pair => pair.Item2.Success)];
                s_found[instruction.Opcode] = rules;
            }
        }
        if (rules.Count == 0)
            return "no rule knows this opcode with these modifiers";
        string? wrong = null;
        foreach (var (rule, match) in rules)
        {
            string? here = rule.Target > target ? $"needs sm_{rule.Target}" : Operands(instruction.Operands, rule.Operands, match);
            if (here is null)
                return null;
            // Of several forms, the one with the right count of operands says the most.
            if (wrong is null || rule.Operands.Length == instruction.Operands.Count)
                wrong = here;
        }
        return wrong;
    }

    static string? Operands(IReadOnlyList<PtxOperand> given, string[] asked, Match match)
    {
        if (given.Count != asked.Length)
            return string.Create(CultureInfo.InvariantCulture, $"has {given.Count} operands, takes {asked.Length}");
        for (int i = 0; i < asked.Length; i++)
        {
            if (!Fits(given[i], asked[i], match))
                return $"operand {i + 1}, {given[i].Text}{(given[i].Type.Length > 0 ? " of type ." + given[i].Type : "")}, is not {Expand(asked[i], match)}";
        }
        return null;
    }

    static string Expand(string asked, Match match)
        => Group().Replace(asked, group => "." + match.Groups[group.Value == "U" ? "u" : "t"].Value).Replace("!", " or a number", StringComparison.Ordinal);

    static bool Fits(PtxOperand o, string asked, Match match)
    {
        if (asked.EndsWith('!'))
            return o.Kind is PtxOperandKind.Integer || (o.Kind == PtxOperandKind.Float && IsFloat(asked, match)) || Fits(o, asked[..^1], match);
        if (asked.EndsWith('_'))
            return o.Kind == PtxOperandKind.Sink || Fits(o, asked[..^1], match);
        if (asked[0] == '{')
        {
            int close = asked.IndexOf('}', StringComparison.Ordinal), count = Count(asked[1..close], match);
            return o.Kind == PtxOperandKind.Vector && o.Parts.Count == count && o.Parts.All(part => Fits(part, asked[(close + 1)..], match));
        }
        if (asked[0] == '#')
            return o.Kind == PtxOperandKind.Integer && (asked.Length == 1 || asked[1..].Split('|').Contains(o.Text, StringComparer.Ordinal));
        bool isRegister = o.Kind == PtxOperandKind.Register;
        return asked switch
        {
            "T" => isRegister && IsA(o.Type, match.Groups["t"].Value),
            "U" => isRegister && IsA(o.Type, match.Groups["u"].Value),
            "M" => isRegister && Moves(o.Type, match.Groups["t"].Value),
            // What mov reads: also numbers, special registers, and addresses of symbols.
            "A" => o.Kind switch
            {
                PtxOperandKind.Register => IsA(o.Type, match.Groups["t"].Value),
                PtxOperandKind.Float => match.Groups["t"].Value is "f32" or "f64",
                PtxOperandKind.Special => match.Groups["t"].Value is "u32" or "b32" or "u64" or "b64" or "s32",
                PtxOperandKind.Symbol => match.Groups["t"].Value is "u32" or "u64" or "b32" or "b64",
                PtxOperandKind.Integer => match.Groups["t"].Value is not ("f32" or "f64"),
                _ => false,
            },
            "p" => isRegister && o.Type == "pred",
            "q" => (isRegister && o.Type == "pred") || (o.Kind == PtxOperandKind.Pair && o.Parts.All(part => part.Type == "pred" || part.Kind == PtxOperandKind.Sink)),
            "w" => (isRegister && IsA(o.Type, "b32")) || (o.Kind == PtxOperandKind.Pair && IsA(o.Parts[0].Type, "b32") && o.Parts[1].Type == "pred"),
            "L" => o.Kind == PtxOperandKind.Symbol,
            "[a]" => o.Kind == PtxOperandKind.Address && o.Parts.Count == 1 && IsAddress(o.Parts[0], "b64"),
            "[s]" => o.Kind == PtxOperandKind.Address && o.Parts.Count == 1 && IsAddress(o.Parts[0], "b32"),
            "[m]" => o.Kind == PtxOperandKind.Address && o.Parts.Count == 2 && IsAddress(o.Parts[0], "b64")
                && o.Parts[1].Kind == PtxOperandKind.Vector && o.Parts[1].Parts.All(part => IsA(part.Type, "s32")),
            _ => isRegister && IsA(o.Type, asked[0] == 'i' ? "s" + asked[1..] : asked),
        };
    }

    // A shared address fits into 32 bits and may have 64; where a symbol stands it is its address.
    static bool IsAddress(PtxOperand o, string least)
        => o.Kind == PtxOperandKind.Symbol || IsA(o.Type, "s64") || (least == "b32" && IsA(o.Type, "s32")) || o.Kind == PtxOperandKind.Integer;

    static bool IsFloat(string asked, Match match)
        => asked.StartsWith('f') || ((asked.Contains('T', StringComparison.Ordinal) || asked.Contains('M', StringComparison.Ordinal)) && match.Groups["t"].Value == "f32")
            || (asked.Contains('U', StringComparison.Ordinal) && match.Groups["u"].Value == "f32");

    static int Count(string text, Match match)
        => text == "w/2" ? int.Parse(match.Groups["w"].ValueSpan, CultureInfo.InvariantCulture) / 2
            : int.Parse(text == "n" ? match.Groups["n"].Value : text, CultureInfo.InvariantCulture);

    // Stricter than the assembler, which takes .b32 for .f32: kernels declare what they mean.
    static bool IsA(string declared, string asked) => asked switch
    {
        "pred" or "f32" or "f64" => declared == asked,
        "b32" => declared is "b32" or "u32" or "s32" or "f32",
        "b64" => declared is "b64" or "u64" or "s64" or "f64",
        "u8" or "s8" or "b8" => declared is "b16" or "u16" or "s16" or "b32" or "u32" or "s32" or "b64" or "u64" or "s64",
        _ => declared.Length > 0 && declared[0] is 'b' or 'u' or 's' && declared.AsSpan(1).SequenceEqual(asked.AsSpan(1)),
    };

    static bool Moves(string declared, string asked)
        => IsA(declared, asked) || (asked is "u16" or "s16" or "b16" && IsA(declared, "s32")) || (asked is not ("b64" or "u64" or "s64" or "f32") && IsA(declared, "s64"));

    static List<Rule> Read()
    {
        var rules = new List<Rule>();
        int target = 80;
        foreach (string line in Table.Split('\n'))
        {
            int bar = line.LastIndexOf(" |", StringComparison.Ordinal);
            if (bar < 0)
            {
                target = int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);
                continue;
            }
            string pattern = line[..bar].Trim().Replace("FLOAT", Float, StringComparison.Ordinal).Replace("ROUND", Round, StringComparison.Ordinal)
                .Replace("WHOLE", Whole, StringComparison.Ordinal);
            rules.Add(new(new($"^(?:{pattern})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture), target,
                line[(bar + 2)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        }
        return rules;
    }

    [GeneratedRegex("[TUM]")]
    private static partial Regex Group();

    sealed record Rule(Regex Opcode, int Target, string[] Operands);
}
