using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace SuTI.Engine.IO;

/// <summary>
/// Runs a pickle of PyTorch without the power to call anything: it makes dicts, lists, tuples, texts, numbers and
/// tensors; classes and functions stay names, and what they would have made is a <see cref="PickleForeign"/>.
/// </summary>
/// <remarks>
/// Format: Python's pickletools module, protocols 0 to 5. No step recurses or hashes what the file chose, each makes at
/// most one object, and steps, stack and memo are bounded: memory stays below some hundred bytes a step.
/// </remarks>
sealed class PickleMachine(PickleInput input, string path, Func<PickleTuple, TorchStorage> storage)
{
    /// <summary>Steps of one pickle; a tensor takes some 40.</summary>
    public const int MaxSteps = 4 << 20;

    const int MaxText = 1 << 20;
    const int MaxNumberBytes = 64;

    readonly List<object?> _stack = [];
    readonly List<int> _marks = [];
    readonly Dictionary<long, object?> _memo = [];
    readonly TorchCalls _calls = new(path);

    /// <summary>Names that the pickle reaches for besides those of tensors, in order, each once.</summary>
    public IReadOnlyList<string> Foreign => _calls.Foreign;

    /// <exception cref="CheckpointException">
    /// No pickle, one beyond its limits, or one that reaches for a function that no weights need, which is named.
    /// </exception>
    public object? Run()
    {
        for (int steps = 0; ; steps++)
        {
            if (steps == MaxSteps)
                throw Broken("a pickle has a limit", $"{MaxSteps} steps", "more");
            long at = input.Position;
            var op = (PickleOp)input.Byte();
            if (op == PickleOp.Stop)
                return Pop();
            if (!Number(op) && !Words(op) && !Containers(op) && !Memo(op) && !Objects(op))
                throw Broken("the pickle holds an operation that is not supported", null,
                    $"{(Enum.IsDefined(op) ? op.ToString() : $"0x{(byte)op:x2}")} at byte {at}");
        }
    }

    bool Number(PickleOp op)
    {
        switch (op)
        {
            case PickleOp.None: Push(null); break;
            case PickleOp.NewTrue: Push(true); break;
            case PickleOp.NewFalse: Push(false); break;
            case PickleOp.BinWhole: Push((long)BinaryPrimitives.ReadInt32LittleEndian(input.Bytes(4))); break;
            case PickleOp.BinWhole1: Push((long)input.Byte()); break;
            case PickleOp.BinWhole2: Push((long)BinaryPrimitives.ReadUInt16LittleEndian(input.Bytes(2))); break;
            case PickleOp.Long1: PushLong(input.Byte()); break;
            case PickleOp.Long4: PushLong(BinaryPrimitives.ReadInt32LittleEndian(input.Bytes(4))); break;
            case PickleOp.BinFloat: Push(BinaryPrimitives.ReadDoubleBigEndian(input.Bytes(8))); break;
            case PickleOp.Float: Push(Parse<double>(input.Line())); break;
            case PickleOp.Whole: PushWhole(input.Line()); break;
            case PickleOp.Long: PushWhole(input.Line().TrimEnd('L')); break;
            default: return false;
        }
        return true;
    }

    bool Words(PickleOp op)
    {
        switch (op)
        {
            case PickleOp.ShortBinUnicode: PushText(input.Byte(), Encoding.UTF8); break;
            case PickleOp.BinUnicode: PushText(Length4(), Encoding.UTF8); break;
            case PickleOp.BinUnicode8: PushText(Length8(), Encoding.UTF8); break;
            case PickleOp.ShortBinText: PushText(input.Byte(), Encoding.Latin1); break;
            case PickleOp.BinText: PushText(Length4(), Encoding.Latin1); break;
            case PickleOp.Unicode: Push(input.Line()); break;
            case PickleOp.Text: Push(input.Line().Trim('\'', '"')); break;
            case PickleOp.ShortBinBytes: SkipBytes(input.Byte()); break;
            case PickleOp.BinBytes: SkipBytes(Length4()); break;
            case PickleOp.BinBytes8 or PickleOp.ByteArray8: SkipBytes(Length8()); break;
            default: return false;
        }
        return true;
    }

    bool Containers(PickleOp op)
    {
        switch (op)
        {
            case PickleOp.Mark: _marks.Add(_stack.Count); break;
            case PickleOp.Pop when _marks.Count > 0 && _marks[^1] == _stack.Count:
                _marks.RemoveAt(_marks.Count - 1);
                break;
            case PickleOp.Pop: Pop(); break;
            case PickleOp.PopMark: Marked(); break;
            case PickleOp.Dup: Push(Peek()); break;
            case PickleOp.EmptyTuple: Push(new PickleTuple([])); break;
            case PickleOp.Tuple1: PushTuple(1); break;
            case PickleOp.Tuple2: PushTuple(2); break;
            case PickleOp.Tuple3: PushTuple(3); break;
            case PickleOp.Tuple: Push(new PickleTuple(Marked())); break;
            case PickleOp.EmptyList: Push(new PickleList()); break;
            case PickleOp.List: Push(Filled(Marked())); break;
            case PickleOp.EmptyDict: Push(new PickleDict()); break;
            case PickleOp.Dict: Fill(new PickleDict(), Marked(), push: true); break;
            case PickleOp.Append: Extend([Pop()]); break;
            case PickleOp.Appends: Extend(Marked()); break;
            case PickleOp.SetItem:
                object? value = Pop();
                object? key = Pop();
                Fill(Peek(), [key, value]);
                break;
            case PickleOp.SetItems:
                object?[] items = Marked();
                Fill(Peek(), items);
                break;
            case PickleOp.EmptySet: Push(new PickleForeign("set")); break;
            case PickleOp.FrozenSet: Marked(); Push(new PickleForeign("frozenset")); break;
            case PickleOp.AddItems: Marked(); break;
            default: return false;
        }
        return true;
    }

    bool Memo(PickleOp op)
    {
        switch (op)
        {
            case PickleOp.Put: _memo[Parse<long>(input.Line())] = Peek(); break;
            case PickleOp.BinPut: _memo[input.Byte()] = Peek(); break;
            case PickleOp.LongBinPut: _memo[Length4()] = Peek(); break;
            case PickleOp.Memoize: _memo[_memo.Count] = Peek(); break;
            case PickleOp.Get: Recall(Parse<long>(input.Line())); break;
            case PickleOp.BinGet: Recall(input.Byte()); break;
            case PickleOp.LongBinGet: Recall(Length4()); break;
            // Frames only say how much to read ahead, and the protocol which operations to expect.
            case PickleOp.Frame: input.Skip(8); break;
            case PickleOp.Proto: input.Skip(1); break;
            default: return false;
        }
        return true;
    }

    bool Objects(PickleOp op)
    {
        switch (op)
        {
            case PickleOp.Global: Push(_calls.Named(input.Line(), input.Line())); break;
            case PickleOp.StackGlobal:
                object? name = Pop();
                Push(Pop() is string module && name is string text ? _calls.Named(module, text)
                    : throw Broken("a pickle names functions by text", null, "another value"));
                break;
            case PickleOp.Reduce or PickleOp.NewObj:
                object? arguments = Pop();
                Push(_calls.Call(Pop(), arguments));
                break;
            case PickleOp.NewObjEx:
                Pop();
                object? positional = Pop();
                Push(_calls.Call(Pop(), positional));
                break;
            case PickleOp.Inst:
                PickleGlobal instance = _calls.Named(input.Line(), input.Line());
                Push(_calls.Call(instance, new PickleTuple(Marked())));
                break;
            case PickleOp.Obj:
                object?[] parts = Marked();
                if (parts.Length == 0)
                    throw Broken("the pickle must keep to its stack", "a class", "nothing");
                Push(_calls.Call(parts[0], new PickleTuple(parts[1..])));
                break;
            case PickleOp.Build:
                object? state = Pop();
                _calls.Build(Peek(), state);
                break;
            case PickleOp.BinPersId: Push(storage(Pop() as PickleTuple ?? new([]))); break;
            case PickleOp.Ext1 or PickleOp.Ext2 or PickleOp.Ext4:
                throw Broken("the pickle would call a registered extension, which no weights need");
            default: return false;
        }
        return true;
    }

    void Push(object? value) => _stack.Add(value);

    // What lies below the last mark belongs to whoever set it.
    int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    object? Peek() => _stack.Count > Floor ? _stack[^1] : throw Underflow();

    object? Pop()
    {
        object? value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    object?[] Marked()
    {
        if (_marks.Count == 0)
            throw Underflow();
        int mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        object?[] values = [.. CollectionsMarshal.AsSpan(_stack)[mark..]];
        _stack.RemoveRange(mark, values.Length);
        return values;
    }

    void PushTuple(int count)
    {
        object?[] items = new object?[count];
        for (int i = count - 1; i >= 0; i--)
            items[i] = Pop();
        Push(new PickleTuple(items));
    }

    static PickleList Filled(object?[] items)
    {
        var list = new PickleList();
        list.Items.AddRange(items);
        return list;
    }

    void Extend(object?[] items)
    {
        switch (Peek())
        {
            case PickleList list: list.Items.AddRange(items); break;
            case PickleForeign: break;
            default: throw Broken("a pickle appends to lists", null, "another value");
        }
    }

    void Fill(object? target, object?[] items, bool push = false)
    {
        if (push)
            Push(target);
        if (items.Length % 2 != 0)
            throw Broken("a dict takes keys and values in pairs", null, $"{items.Length} items");
        switch (target)
        {
            case PickleDict dict:
                for (int i = 0; i < items.Length; i += 2)
                    dict.Entries.Add((items[i], items[i + 1]));
                break;
            case PickleForeign: break;
            default: throw Broken("a pickle sets items of dicts", null, "another value");
        }
    }

    void Recall(long index) => Push(_memo.TryGetValue(index, out object? value) ? value
        : throw Broken("the pickle must recall what it stored", null, $"index {index}"));

    long Length4() => BinaryPrimitives.ReadUInt32LittleEndian(input.Bytes(4));

    long Length8() => BinaryPrimitives.ReadInt64LittleEndian(input.Bytes(8));

    void PushText(long bytes, Encoding encoding)
    {
        if (bytes is < 0 or > MaxText)
            throw Broken("a text of a pickle has a limit", $"{MaxText} bytes", $"{bytes}");
        Push(encoding.GetString(input.Bytes(bytes)));
    }

    // Weights never lie in bytes objects, so their content is not kept.
    void SkipBytes(long bytes)
    {
        input.Skip(bytes);
        Push(new PickleForeign("bytes"));
    }

    void PushLong(int bytes)
    {
        if (bytes is < 0 or > MaxNumberBytes)
            throw Broken("a number of a pickle has a limit", $"{MaxNumberBytes} bytes", $"{bytes}");
        PushWhole(new BigInteger(input.Bytes(bytes)));
    }

    void PushWhole(string text)
    {
        // Protocol 0 and 1 write True and False so.
        if (text is "00" or "01")
            Push(text == "01");
        else
            PushWhole(Parse<BigInteger>(text.Length <= 3 * MaxNumberBytes ? text : ""));
    }

    void PushWhole(BigInteger number)
        => Push(number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number);

    T Parse<T>(string text) where T : INumberBase<T>
        => T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T? number) ? number
            : throw Broken("a number of a pickle must be one", null, $"'{CheckpointException.Printable(text)}'");

    CheckpointException Underflow() => Broken("the pickle must keep to its stack", "a value", "nothing");

    CheckpointException Broken(string rule, string? expected = null, string? found = null)
        => new(path, rule, expected, found);
}
