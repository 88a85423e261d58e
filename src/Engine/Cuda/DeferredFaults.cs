using System.Globalization;
using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Cuda;

/// <summary>
/// What kernels find wrong with the values of their operands, such as an index outside its axis: noted on the device, thrown when the
/// host waits next. The kernel goes on, with zeros in place of what cannot be read.
/// </summary>
/// <remarks>
/// A kernel calls report_fault with <see cref="Word"/> and a tag (prelude.cuh). A tag names op, rule and bound, and stays the same for
/// the life of the process, so a captured graph may be replayed at any time. Of several faults the lowest tag and position stays.
/// </remarks>
sealed unsafe class DeferredFaults(DriverApi driver, CudaStream stream)
{
    const int PositionBits = 40; // as in report_fault

    readonly Dictionary<Rule, int> _tags = [];
    readonly List<Rule> _rules = [];
    ulong* _found; // pinned
    nint _word;
    bool _mayBe;

    /// <summary>Where kernels write, on the device.</summary>
    internal nint Word
    {
        get
        {
            if (_word == 0)
                Allocate();
            return _word;
        }
    }

    /// <summary>What a kernel that is launched now reports an index outside [0, <paramref name="bound"/>) with.</summary>
    /// <param name="rule">As <see cref="SutiException.Rule"/>.</param>
    internal ulong Tag(string op, string rule, long bound)
    {
        _mayBe = true;
        var key = new Rule(op, rule, bound);
        if (_tags.TryGetValue(key, out int tag))
            return (ulong)tag;
        _rules.Add(key);
        return (ulong)(_tags[key] = _rules.Count - 1);
    }

    /// <summary>Asks for the word, if a kernel may have written it: before the host waits.</summary>
    internal void Request()
    {
        if (_mayBe)
            stream.Download(Word, _found, sizeof(ulong));
    }

    /// <summary>Looks at the answer: after the host has waited.</summary>
    /// <exception cref="SutiException">An operand broke a rule.</exception>
    internal void Check()
    {
        if (!_mayBe)
            return;
        _mayBe = false;
        ulong found = *_found;
        if (found == ulong.MaxValue)
            return;
        stream.Set(_word, 0xff, sizeof(ulong));
        var rule = _rules[(int)(found >> PositionBits)];
        throw new SutiException(rule.Op, rule.Text, string.Create(CultureInfo.InvariantCulture, $"0 to {rule.Bound - 1}"),
            string.Create(CultureInfo.InvariantCulture, $"another at position {found & ((1UL << PositionBits) - 1)}"));
    }

    void Allocate()
    {
        nint host;
        driver.Check(driver.MemHostAlloc(&host, sizeof(ulong), 0));
        _found = (ulong*)host;
        ulong word;
        driver.Check(driver.MemAlloc(&word, sizeof(ulong)));
        _word = (nint)word;
        stream.Set(_word, 0xff, sizeof(ulong));
    }

    readonly record struct Rule(string Op, string Text, long Bound);
}
