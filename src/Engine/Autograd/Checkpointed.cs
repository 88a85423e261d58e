namespace SuTI.Engine;

/// <summary>Activation checkpointing: memory for time.</summary>
public static class Checkpointed
{
    /// <summary>
    /// The result of <paramref name="block"/> without keeping what its ops save: only the inputs are kept, and the
    /// backward pass runs the block a second time. Source: Chen, Xu, Zhang, Guestrin, Training Deep Nets with Sublinear
    /// Memory Cost (2016), section 3.
    /// </summary>
    /// <param name="block">
    /// Must compute the same both times: random numbers come from keys, and parameters that it reaches by itself do not
    /// change in between. Their gradients arrive as without checkpointing.
    /// </param>
    /// <param name="inputs">What the block is given; at least one.</param>
    /// <exception cref="ShapeException">There are no inputs.</exception>
    public static Tensor Run(Func<Tensor[], Tensor> block, params Tensor[] inputs)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Length == 0)
            throw new ShapeException("checkpoint", "runs a block on at least one input", "1 or more", "0");
        return Op.Apply(new CheckpointOp(block), inputs);
    }
}

sealed class CheckpointOp(Func<Tensor[], Tensor> block) : Op
{
    Tensor?[] _inputs = [];

    public override string Name => "checkpoint";

    // The block may reach parameters that are none of its inputs.
    protected override bool AlwaysRecords => true;

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        _inputs = new Tensor?[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            _inputs[i] = Save(inputs[i]);
        return block(inputs.ToArray());
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var leaves = new Tensor[_inputs.Length];
        for (int i = 0; i < leaves.Length; i++)
        {
            leaves[i] = _inputs[i]!.Detach();
            leaves[i].RequiresGradient = into.Needs(i);
        }
        Tensor y;
        using (GradientMode.Enable())
        {
            y = block(leaves);
            y = y.Reshape(y.Shape.ToArray()); // a block may return an input as it is
        }
        if (y.Producer is not { } last)
            return; // nothing inside wants a gradient
        RequireInside(last);
        y.Backward(dy);
        for (int i = 0; i < leaves.Length; i++)
        {
            if (leaves[i].Gradient is { } gradient)
                into.Add(i, gradient);
        }
    }

    // Walking on into the ops outside would consume them before their own turn, and lose what else flows through them.
    void RequireInside(Op last)
    {
        var found = new HashSet<Op> { last };
        var stack = new Stack<Op>(found);
        while (stack.TryPop(out var op))
        {
            if (op.Sequence <= Sequence)
                throw new GradientException(Name, "the block uses a recorded tensor that is none of its inputs",
                    "recorded tensors as inputs", $"the result of {op.Name}");
            foreach (var edge in op.Edges)
            {
                if (edge.Producer is { } producer && found.Add(producer))
                    stack.Push(producer);
            }
        }
    }
}
