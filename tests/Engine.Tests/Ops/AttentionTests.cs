using SuTI.Engine.Catalogue;

namespace SuTI.Engine.Tests.Ops;

public class AttentionTests : LeakCheck
{
    // Too large for element-wise gradient checks, large enough for several blocks of queries and keys.
    [Test]
    public void Long_sequences_agree_between_precisions_and_thread_counts()
    {
        OpInput heads = new([2, 300, 2, 40]), keys = new([2, 577, 2, 40]);
        var variant = new OpVariant("long", [heads, keys, keys, new([1, 2, 300, 577])],
            t => Tensor.Attention(t[0], t[1], t[2], bias: t[3]), _ => new([0]));
        Assert.That(OpChecks.Precision(variant, Device.Cpu), Is.Null);
        Assert.That(OpChecks.Threads(variant, Device.Cpu, 1, 2, 7), Is.Null);
        Assert.That(OpChecks.Memory(variant, Device.Cpu), Is.Null);
    }

    [Test]
    public void Memory_is_linear_in_the_length()
    {
        using var scope = TensorScope.Open();
        const int length = 2048;
        var x = Tensor.Ones([1, length, 1, 8]);
        x.RequiresGradient = true;
        long before = Device.Cpu.Memory.LiveBytes;
        Device.Cpu.Memory.ResetPeak();
        Tensor.Attention(x, x, x).Backward(Tensor.Ones(x.Shape));
        Assert.That(Device.Cpu.Memory.PeakBytes - before, Is.LessThan(length * length * sizeof(float) / 2));
    }

    [Test]
    public void Wrong_operands_are_refused()
    {
        using var scope = TensorScope.Open();
        Tensor q = Tensor.Ones([2, 3, 2, 4]), k = Tensor.Ones([2, 5, 2, 4]), mask = Tensor.Full([2, 5], 1, DType.Bool);
        void Refused<TError>(string rule, Func<Tensor> call) where TError : SutiException
            => Assert.That(call, Throws.TypeOf<TError>().With.Message.Contains(rule));
        Refused<ShapeException>("q has 4 axes", () => Tensor.Attention(Tensor.Ones([2, 3, 8]), k, k));
        Refused<ShapeException>("k has another shape", () => Tensor.Attention(q, Tensor.Ones([2, 5, 2, 3]), k));
        Refused<ShapeException>("v has another shape", () => Tensor.Attention(q, k, Tensor.Ones([2, 4, 2, 4])));
        Refused<ShapeException>("bias broadcasts", () => Tensor.Attention(q, k, k, bias: Tensor.Ones([2, 2, 3, 4])));
        Refused<ShapeException>("bias broadcasts", () => Tensor.Attention(q, k, k, bias: Tensor.Ones([1, 2, 2, 3, 5])));
        Refused<ShapeException>("key mask broadcasts",
            () => Tensor.Attention(q, k, k, keyMask: Tensor.Full([2, 4], 1, DType.Bool)));
        Refused<ShapeException>("key mask has 2 axes", () => Tensor.Attention(q, k, k, keyMask: mask.Flatten()));
        Refused<ShapeException>("secondKeys has",
            () => Tensor.Attention(q, k, k, secondKeys: q.Reshape(2, 3, 4, 2), secondValues: q));
        Refused<ShapeException>("secondValues has", () => Tensor.Attention(q, k, k, secondKeys: q, secondValues: k));
        Refused<SutiException>("come together", () => Tensor.Attention(q, k, k, secondKeys: q));
        Refused<SutiException>("come together", () => Tensor.Attention(q, k, k, secondValues: q));
        Refused<SutiException>("causal",
            () => Tensor.Attention(q, k, k, new(IsCausal: true), secondKeys: q, secondValues: q));
        Refused<DTypeException>("bool", () => Tensor.Attention(q, k, k, keyMask: Tensor.Ones([2, 5])));
        Refused<DTypeException>("one type", () => Tensor.Attention(q, k, Tensor.Ones(k.Shape, DType.Float64)));
        Assert.That(Tensor.Attention(q, k, k, keyMask: mask).Shape, Is.EqualTo(q.Shape));
    }
}
