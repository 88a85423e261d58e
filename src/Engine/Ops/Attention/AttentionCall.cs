using System.Runtime.InteropServices;

namespace SuTI.Engine;

/// <summary>What every attention kernel is told: attention/call.cuh has the same structs.</summary>
[StructLayout(LayoutKind.Sequential)]
struct AttentionCall
{
    internal HeadRows Q, K, V, SecondK, SecondV, Dy;
    internal nint Bias, Mask;
    internal int BiasSample, BiasHead, BiasRow;
    internal int Samples, Heads, Width, Keys, FirstKey;
    internal float Scale;
    internal int IsCausal, BiasPairs, Unused;

    internal AttentionCall(in AttentionOperands operands, Tensor? dy, double scale, bool isCausal)
    {
        Q = new(operands.Q);
        K = new(operands.K);
        V = new(operands.V);
        SecondK = new(operands.SecondK);
        SecondV = new(operands.SecondV);
        Dy = new(dy);
        (Samples, Heads, Width) = (operands.Q.Shape[0], operands.Q.Shape[2], operands.Q.Shape[3]);
        Keys = operands.Keys;
        Scale = (float)scale;
        IsCausal = isCausal ? 1 : 0;
        if (operands.KeyMask is { } mask)
            Mask = mask.Storage.Address + (nint)mask.Offset;
        if (operands.Bias is not { } bias)
            return;
        Bias = bias.Storage.Address + ((nint)bias.Offset * bias.DType.Size());
        BiasSample = bias.Shape[0] == 1 ? 0 : (int)bias.Strides[0];
        BiasHead = bias.Shape[1] == 1 ? 0 : (int)bias.Strides[1];
        BiasRow = (int)bias.Strides[2];
        int steps = BiasSample | BiasHead | BiasRow | operands.K.Shape[1];
        BiasPairs = steps % 2 == 0 && Bias % 4 == 0 ? 1 : 0;
    }

    /// <summary>The call in which the second segment stands as the only one: for kernels that own keys.</summary>
    internal readonly AttentionCall OfSecondSegment() => this with { K = SecondK, V = SecondV, FirstKey = K.Length };
}

/// <summary>A view (samples, length, heads, width) whose last axis is adjacent; steps in elements, 0 along axes of one element.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly struct HeadRows
{
    internal readonly nint Data;
    internal readonly int Sample, Row, Head, Length;

    internal HeadRows(Tensor? x)
    {
        if (x is null)
            return;
        Data = x.Storage.Address + ((nint)x.Offset * x.DType.Size());
        (Sample, Row, Head) = (Step(x, 0), Step(x, 1), Step(x, 2));
        Length = x.Shape[1];
    }

    /// <summary>Whether every row begins at a multiple of 16 bytes.</summary>
    internal bool IsAligned(int elementBytes)
        => Data % 16 == 0 && (long)Sample * elementBytes % 16 == 0 && (long)Row * elementBytes % 16 == 0 && (long)Head * elementBytes % 16 == 0;

    static int Step(Tensor x, int axis) => x.Shape[axis] <= 1 ? 0 : (int)x.Strides[axis];
}
