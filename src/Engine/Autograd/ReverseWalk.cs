using SuTI.Engine.Catalogue;

namespace SuTI.Engine;

/// <summary>Reverse-mode differentiation over the recorded ops, on explicit stacks.</summary>
static class ReverseWalk
{
    internal static void Run(Tensor root, Tensor? gradient)
    {
        root.CheckAlive("differentiate");
        if (root.Producer is not { } last)
        {
            throw new GradientException("backward", "needs a tensor made by recorded ops from leaves that require a gradient",
                "a recorded result", root.RequiresGradient ? "a leaf" : "a constant");
        }
        if (last.IsConsumed)
            throw AlreadyRun(last);
        using var noGradient = GradientMode.Disable();
        using var scope = TensorScope.Open("backward");
        var order = Reachable(last);
        last.Pending = Seed(root, gradient).Alias();
        var leaves = new HashSet<Leaf>();
        try
        {
            foreach (var op in order)
                Visit(op, leaves);
        }
        finally
        {
            foreach (var op in order)
            {
                if (!op.IsConsumed)
                    op.Consume();
                op.Release();
            }
        }
        foreach (var leaf in leaves)
            Settle(leaf);
    }

    static void Visit(Op op, HashSet<Leaf> leaves)
    {
        if (op.Pending is { } pending)
        {
            op.CheckSaved();
            if (ResultRounding.IsActive)
                ResultRounding.Apply(pending);
            foreach (var edge in op.Edges)
            {
                if (edge.Leaf is { } leaf)
                    leaves.Add(leaf);
            }
            using var scope = TensorScope.Open(op.Name);
            var mark = OpObserver.Begin();
            op.Backward(pending.ContiguousValues(), new(op));
            OpObserver.End(op, pending, mark, isBackward: true);
            if (NonFiniteGuard.IsEnabled)
                NonFiniteGuard.CheckGradients(op);
        }
        op.Consume();
    }

    static Tensor Seed(Tensor root, Tensor? gradient)
    {
        if (gradient is null)
        {
            if (root.Shape.Length != 1)
                throw new ShapeException("backward", "needs a gradient to start from unless the tensor has one element",
                    "a tensor of 1 element", root.Shape.ToString());
            return Tensor.Full(root.Shape, 1, root.DType, root.Device);
        }
        if (gradient.Shape != root.Shape)
            throw new ShapeException("backward", "the gradient has another shape", root.Shape.ToString(), gradient.Shape.ToString());
        if (gradient.DType != root.DType)
            throw new DTypeException("backward", "the gradient has another type", root.DType.Label(), gradient.DType.Label());
        return gradient.Detach();
    }

    // All ops behind the last one, each held so that consuming another does not free it, latest first.
    static List<Op> Reachable(Op last)
    {
        var found = new HashSet<Op> { last };
        var stack = new Stack<Op>(found);
        while (stack.TryPop(out var op))
        {
            foreach (var edge in op.Edges)
            {
                if (edge.Producer is not { } producer)
                    continue;
                if (producer.IsConsumed)
                    throw AlreadyRun(producer);
                if (found.Add(producer))
                    stack.Push(producer);
            }
        }
        var order = new List<Op>(found);
        order.Sort((a, b) => b.Sequence.CompareTo(a.Sequence));
        foreach (var op in order)
            op.Retain();
        return order;
    }

    static GradientException AlreadyRun(Op op)
        => new("backward", "was run before on this graph, which freed what it had saved", "one Backward a forward pass",
            $"a second one through {op.Name}");

    // A leaf's gradient is changed in place later (clipping, accumulation), so it must be its own and without gaps.
    static void Settle(Leaf leaf)
    {
        if (ResultRounding.IsActive && leaf.Gradient is { } rounded)
            ResultRounding.Apply(rounded);
        if (leaf.Gradient is not { } gradient || (gradient.IsContiguous && !gradient.Storage.IsShared))
            return;
        using var scope = TensorScope.Open("gradient");
        leaf.Gradient = gradient.Copy().Alias();
        gradient.ReleaseHandle();
    }
}
