using System.Collections.Immutable;

namespace SuTI.Engine.IO;

/// <summary>
/// What calls in a pickle mean: those that rebuild tensors and dicts are done here, in our own code; all others are
/// recorded by name. A name that can only be there to run something ends the reading.
/// </summary>
sealed class TorchCalls(string path)
{
    const int MostForeign = 64;

    static readonly HashSet<string> s_hostileModules = new(StringComparer.Ordinal)
    {
        "asyncio", "bdb", "cffi", "code", "codeop", "commands", "ctypes", "distutils", "ensurepip", "fcntl", "ftplib",
        "http", "httplib", "imaplib", "imp", "importlib", "marshal", "mmap", "multiprocessing", "nt", "os", "pdb",
        "pickle", "_pickle", "pip", "pkgutil", "popen2", "posix", "pty", "pydoc", "requests", "runpy", "shelve",
        "shutil", "smtplib", "socket", "subprocess", "sys", "timeit", "urllib", "urllib2", "venv", "webbrowser",
        "winreg", "_winapi", "xmlrpc", "zipimport",
    };

    static readonly HashSet<string> s_hostileBuiltins = new(StringComparer.Ordinal)
    {
        "__import__", "apply", "breakpoint", "compile", "delattr", "eval", "exec", "execfile", "exit", "file",
        "globals", "help", "input", "locals", "open", "print", "quit", "raw_input", "reload", "setattr", "vars",
    };

    static readonly HashSet<string> s_harmless = new(StringComparer.Ordinal)
    {
        "_codecs.encode", "builtins.set", "builtins.frozenset", "builtins.bytearray", "builtins.complex",
        "__builtin__.set", "__builtin__.frozenset", "__builtin__.bytearray", "__builtin__.complex", "torch.device",
        "collections.OrderedDict", "collections.defaultdict", "torch.Size", "torch.Tensor",
        "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer",
    };

    readonly List<string> _foreign = [];
    long _pairs;

    public IReadOnlyList<string> Foreign => _foreign;

    /// <exception cref="CheckpointException">The name of something that runs programs or reaches files.</exception>
    public PickleGlobal Named(string module, string name)
    {
        string top = module.Split('.', 2)[0];
        bool isBuiltin = top is "builtins" or "__builtin__";
        if (s_hostileModules.Contains(top) || (isBuiltin && s_hostileBuiltins.Contains(name.Split('.', 2)[0]))
            || (isBuiltin && name.Contains('.')))
        {
            throw Refusal(CheckpointException.Printable($"{module}.{name}"));
        }
        var global = new PickleGlobal(module, name);
        if (!IsKnown(global))
            Record(CheckpointException.Printable(global.ToString()));
        return global;
    }

    /// <exception cref="CheckpointException">
    /// What is called is no name, or the description of a tensor is broken.
    /// </exception>
    public object? Call(object? callee, object? arguments)
    {
        if (callee is not PickleGlobal function)
            throw Refusal(callee is PickleForeign made ? $"what {made.Origin} returns" : "a value that is no function");
        if (arguments is not PickleTuple { Items: var items })
            throw new CheckpointException(path, "a pickle calls with a tuple", null, $"another value for {function}");
        string name = function.ToString();
        switch (name)
        {
            case "collections.OrderedDict":
                return Ordered(items);
            case "collections.defaultdict":
                return new PickleDict();
            case "torch.Size":
                return items is [PickleTuple or PickleList] ? items[0] : new PickleTuple(items);
            case "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" when items.Length >= 4:
                return Tensor(items, null);
            case "torch._utils._rebuild_tensor_v3" when items.Length >= 7:
                return Tensor(items, items[6]);
            case "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state"
                when items.Length >= 1:
                return items[0];
            // (function, class, arguments, attributes): a tensor that somebody gave attributes.
            case "torch._tensor._rebuild_from_type_v2"
                when items is [PickleGlobal { Module: "torch._utils" } inner, PickleGlobal type, PickleTuple, ..]
                && s_harmless.Contains(type.ToString()):
                return Call(inner, items[2]);
            default:
                name = CheckpointException.Printable(name);
                if (!s_harmless.Contains(name))
                    Record(name);
                return new PickleForeign(name);
        }
    }

    /// <summary>
    /// Gives an object its state, which is dropped: only plain dicts and foreign objects have one here.
    /// </summary>
    public void Build(object? target, object? state)
    {
        _ = state;
        if (target is not (PickleDict or PickleForeign))
            throw Refusal("__setstate__ of a value that has no state");
    }

    static bool IsKnown(PickleGlobal global) => s_harmless.Contains(global.ToString())
        || TorchTypes.OfStorage(global) is not null
        || (global.Module == "torch" && TorchTypes.OfDType(global.Name) is not null)
        || (global.Module is "torch._utils" && global.Name.StartsWith("_rebuild_tensor", StringComparison.Ordinal))
        || (global.Module is "torch._utils" && global.Name.StartsWith("_rebuild_parameter", StringComparison.Ordinal))
        || (global.Module == "torch._tensor" && global.Name == "_rebuild_from_type_v2");

    void Record(string name)
    {
        if (_foreign.Count < MostForeign && !_foreign.Contains(name))
            _foreign.Add(name);
    }

    PickleDict Ordered(object?[] items)
    {
        var dict = new PickleDict();
        IReadOnlyList<object?> pairs = items switch
        {
            [PickleList list] => list.Items,
            [PickleTuple tuple] => tuple.Items,
            _ => [],
        };
        // A list may be handed to any number of calls.
        _pairs += pairs.Count;
        if (_pairs > PickleMachine.MaxSteps)
            throw new CheckpointException(path, "a pickle has a limit", $"{PickleMachine.MaxSteps} pairs of dicts",
                "more");
        foreach (object? pair in pairs)
        {
            var entry = pair switch
            {
                PickleTuple { Items: [var key, var value] } => (key, value),
                PickleList { Items: [var key, var value] } => (key, value),
                _ => throw new CheckpointException(path, "a dict is made of pairs", null, "another value"),
            };
            dict.Entries.Add(entry);
        }
        return dict;
    }

    object Tensor(object?[] items, object? dtype)
    {
        if (items[0] is PickleForeign foreign)
            return foreign;
        if (items[0] is not TorchStorage storage || items[1] is not long offset || Dimensions(items[2]) is not { } sizes
            || Dimensions(items[3]) is not { } strides || sizes.Length != strides.Length)
            throw new CheckpointException(path, "a tensor is described by a storage, an offset, sizes and strides",
                null,
                "other values");
        var type = dtype is null ? storage.Type
            : dtype is PickleGlobal { Module: "torch" } named && TorchTypes.OfDType(named.Name) is { } known ? known
            : throw new CheckpointException(path, "a tensor's type must be known", null,
                dtype is PickleGlobal other ? CheckpointException.Printable(other.ToString()) : "another value");
        string found = $"[{string.Join(", ", sizes)}] with strides [{string.Join(", ", strides)}] at {offset}";
        if (sizes.Length > SafetensorsLimits.Rank)
            throw new CheckpointException(path, "a tensor has a limit of dimensions", $"{SafetensorsLimits.Rank}",
                $"{sizes.Length}");
        var view = new StridedView(offset, sizes, strides);
        long available = storage.Bytes / type.ElementBytes();
        if (!view.Fits(available) || !type.TryCount(sizes.AsSpan(), out _, out _))
            throw new CheckpointException(path, "a tensor must lie within its storage and not repeat elements",
                $"{available} elements of storage '{CheckpointException.Printable(storage.Key)}'", found);
        return new TorchTensor(storage, view, type);
    }

    static ImmutableArray<long>? Dimensions(object? value)
    {
        IReadOnlyList<object?>? items = value switch
        {
            PickleTuple tuple => tuple.Items,
            PickleList list => list.Items,
            _ => null,
        };
        return items is null || items.Count > 64 || items.Any(item => item is not long) ? null
            : [.. items.Select(item => (long)item!)];
    }

    CheckpointException Refusal(string what) => new(path,
        $"a weight file holds data alone, and this one would call {what}");
}
