using System.Globalization;
using System.Text.RegularExpressions;

namespace SuTI.Engine.Tests.Cuda.Ptx;

/// <summary>An operand as it is written; vectors hold theirs, addresses and predicate pairs too.</summary>
/// <param name="Type">The declared type of a register without its dot, else the empty string.</param>
sealed record PtxOperand(PtxOperandKind Kind, string Text, string Type, IReadOnlyList<PtxOperand> Parts);

enum PtxOperandKind
{
    Register, Special, Integer, Float, Address, Vector, Pair, Sink, Symbol,
}

sealed record PtxInstruction(string Function, int Line, string Text, PtxOperand? Guard, string Opcode, IReadOnlyList<PtxOperand> Operands);

/// <summary>The instructions of a PTX text, with the declared types of the registers they name.</summary>
/// <remarks>Clang copies asm strings without reading them, so this reads its output: what is not understood is a <see cref="FormatException"/>.</remarks>
sealed partial class PtxModule
{
    readonly List<Dictionary<string, string>> _scopes = [];
    readonly List<PtxInstruction> _instructions = [];
    readonly Dictionary<string, long> _localBytes = new(StringComparer.Ordinal);
    string _function = "";

    PtxModule(string text)
    {
        string statement = "";
        int number = 0, began = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            int comment = raw.IndexOf("//", StringComparison.Ordinal);
            string line = (comment < 0 ? raw : raw[..comment]).Trim();
            if (LineDirective().IsMatch(line))
                continue;
            foreach (string piece in Pieces().Split(line))
            {
                if (piece.Length == 0)
                    continue;
                if (statement.Length == 0)
                    began = number;
                // A brace opens a scope unless it begins a vector, which follows an opcode or a comma.
                if (piece is "{" or "}" && !IsInside(statement))
                {
                    if (piece == "{")
                        Open(statement.Trim());
                    else
                        Close(statement, began);
                    statement = "";
                }
                else if (piece == ";")
                {
                    Statement(statement.Trim(), began);
                    statement = "";
                }
                else
                    statement += piece;
            }
            statement = statement.TrimStart() + (statement.Length > 0 ? " " : "");
            if (Label().Match(statement) is { Success: true } label)
                statement = statement[label.Length..].TrimStart();
        }
        if (statement.Trim().Length > 0 || _scopes.Count > 0)
            throw new FormatException($"PTX ends within \"{statement.Trim()}\"");
    }

    internal IReadOnlyList<PtxInstruction> Instructions => _instructions;

    /// <summary>Bytes of local memory by function: arrays that did not stay in registers.</summary>
    internal IReadOnlyDictionary<string, long> LocalBytes => _localBytes;

    internal static PtxModule Parse(string text) => new(text);

    static bool IsInside(string statement)
        => statement.Trim() is { Length: > 0 } text && (!text.StartsWith('.') || text.Contains('=', StringComparison.Ordinal)) && !Label().IsMatch(text + " ");

    void Open(string before)
    {
        if (_scopes.Count == 0)
            _function = Name().Match(before).Groups[1].Value;
        _scopes.Add(new(StringComparer.Ordinal));
    }

    void Close(string statement, int line)
    {
        if (statement.Trim().Length > 0)
            throw new FormatException($"line {line}: \"{statement.Trim()}\" has no semicolon");
        if (_scopes.Count == 0)
            throw new FormatException($"line {line}: a closing brace without its opening one");
        _scopes.RemoveAt(_scopes.Count - 1);
    }

    void Statement(string text, int line)
    {
        while (Label().Match(text) is { Success: true } label)
            text = text[label.Length..].TrimStart();
        if (text.Length == 0)
            return;
        if (text.StartsWith(".reg", StringComparison.Ordinal))
        {
            Declare(text, line);
            return;
        }
        if (text.StartsWith('.'))
        {
            if (LocalArray().Match(text) is { Success: true } array)
                _localBytes[_function] = _localBytes.GetValueOrDefault(_function) + long.Parse(array.Groups[1].Value, CultureInfo.InvariantCulture);
            return;
        }
        PtxOperand? guard = null;
        if (text.StartsWith('@'))
        {
            int end = text.IndexOf(' ', StringComparison.Ordinal);
            guard = end < 0 ? throw new FormatException($"line {line}: \"{text}\" is no instruction") : Operand(text[1..end].TrimStart('!'), line);
            text = text[end..].TrimStart();
        }
        int space = text.IndexOfAny([' ', '\t']);
        string opcode = space < 0 ? text : text[..space];
        string operands = space < 0 ? "" : text[space..].Trim();
        _instructions.Add(new(_function, line, Spaces().Replace(text, " "), guard, opcode, operands.Length == 0 ? [] : [.. Split(operands).Select(o => Operand(o, line))]));
    }

    void Declare(string text, int line)
    {
        var match = Registers().Match(text);
        if (!match.Success || _scopes.Count == 0)
            throw new FormatException($"line {line}: \"{text}\" declares no registers");
        foreach (string name in match.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries))
        {
            // %r<9> declares %r0 … %r8: kept as the prefix.
            int count = name.IndexOf('<', StringComparison.Ordinal);
            _scopes[^1][count < 0 ? name : name[..(count + 1)]] = match.Groups[1].Value;
        }
    }

    PtxOperand Operand(string text, int line)
    {
        if (text.StartsWith('{') && text.EndsWith('}'))
            return new(PtxOperandKind.Vector, text, "", [.. Split(text[1..^1]).Select(part => Operand(part, line))]);
        if (text.StartsWith('[') && text.EndsWith(']'))
        {
            // [base], [base+offset], and for tensor maps [map, {coordinates}].
            return new(PtxOperandKind.Address, text, "", [.. Split(text[1..^1]).Select(part => Operand(Offset().Replace(part, ""), line))]);
        }
        if (text.Contains('|', StringComparison.Ordinal))
            return new(PtxOperandKind.Pair, text, "", [.. text.Split('|').Select(part => Operand(part.Trim(), line))]);
        if (text.StartsWith('!') && TypeOf(text[1..]) == "pred")
            return new(PtxOperandKind.Register, text, "pred", []);
        if (text == "_")
            return new(PtxOperandKind.Sink, text, "", []);
        if (Integer().IsMatch(text))
            return new(PtxOperandKind.Integer, text, "", []);
        if (Float().IsMatch(text))
            return new(PtxOperandKind.Float, text, text[1] is 'f' or 'F' ? "f32" : "f64", []);
        if (TypeOf(text) is { } type)
            return new(PtxOperandKind.Register, text, type, []);
        if (Special().IsMatch(text))
            return new(PtxOperandKind.Special, text, "", []);
        if (Identifier().IsMatch(text))
            return new(PtxOperandKind.Symbol, text, "", []);
        throw new FormatException($"line {line}: \"{text}\" is no operand, or a register that is not declared");
    }

    string? TypeOf(string name)
    {
        int digits = name.Length;
        while (digits > 0 && char.IsAsciiDigit(name[digits - 1]))
            digits--;
        for (int i = _scopes.Count - 1; i >= 0; i--)
        {
            if (_scopes[i].TryGetValue(name, out string? type) || (digits < name.Length && _scopes[i].TryGetValue(name[..digits] + "<", out type)))
                return type;
        }
        return null;
    }

    // At commas outside of braces and brackets.
    static IEnumerable<string> Split(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
            else if (text[i] is '{' or '[')
                depth++;
            else if (text[i] is '}' or ']')
                depth--;
        }
    }

    [GeneratedRegex(@"([{};])")]
    private static partial Regex Pieces();

    [GeneratedRegex(@"^[$\w]+:\s")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\.(version|target|address_size|file|loc)\s")]
    private static partial Regex LineDirective();

    [GeneratedRegex(@"\.(?:entry|func)\s+(?:\([^)]*\)\s*)?([\w$]+)")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\.local\s.*\[(\d+)\]$")]
    private static partial Regex LocalArray();

    [GeneratedRegex(@"^\.reg\s+\.(\w+)\s+(.+)$")]
    private static partial Regex Registers();

    [GeneratedRegex(@"\s*\+\s*-?\d+$")]
    private static partial Regex Offset();

    [GeneratedRegex(@"^-?(0[xX][0-9a-fA-F]+|\d+)U?$")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^0([fF][0-9a-fA-F]{8}|[dD][0-9a-fA-F]{16})$")]
    private static partial Regex Float();

    [GeneratedRegex(@"^%((n?tid|n?ctaid|clusterid|cluster_ctaid)\.[xyz]|laneid|warpid|smid|clock|clock64|globaltimer|lanemask_\w+|dynamic_smem_size)$")]
    private static partial Regex Special();

    [GeneratedRegex(@"^[A-Za-z_$][\w$]*$")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
