namespace SuTI.Engine.Cuda;

/// <summary>One operand of a product as cuBLASLt sees it: column-major, a batch of equal distances.</summary>
/// <param name="Rows">Of the matrix in memory, before any transposition; adjacent.</param>
/// <param name="Leading">Elements between columns.</param>
/// <param name="Step">Elements between the matrices of a batch; 0 repeats one.</param>
/// <param name="Alignment">Bytes that divide the address: a power of two, at most 256.</param>
readonly record struct ProductOperand(int Rows, int Columns, long Leading, long Step, bool IsTransposed, DType DType, int Alignment)
{
    /// <summary>
    /// A view (batch, rows, columns) whose rows or columns are adjacent. In the library's order a row-major matrix is its own
    /// transpose, so one with adjacent columns is taken as it is.
    /// </summary>
    /// <returns>Null where neither is adjacent, or lines overlap: a copy is needed.</returns>
    internal static ProductOperand? Of(Tensor x, bool mayTranspose)
    {
        int rows = x.Shape[1], columns = x.Shape[2];
        // Of an axis of length 1 the distance says nothing.
        long rowStep = rows == 1 ? columns : x.Strides[1], columnStep = columns == 1 ? 1 : x.Strides[2];
        long batchStep = x.Shape[0] == 1 ? 0 : x.Strides[0];
        int alignment = AlignmentOf(x);
        if (columnStep == 1 && rowStep >= columns)
            return new(columns, rows, rowStep, batchStep, false, x.DType, alignment);
        if (rows == 1)
            rowStep = 1;
        else if (columns == 1)
            columnStep = rows;
        return mayTranspose && rowStep == 1 && columnStep >= rows
            ? new(rows, columns, columnStep, batchStep, true, x.DType, alignment)
            : null;
    }

    static int AlignmentOf(Tensor x)
    {
        long address = x.Storage.Address + (x.Offset * x.DType.Size());
        return (int)Math.Min(256, address & -address);
    }
}

/// <summary>All that decides which algorithm of cuBLASLt serves: D = A · B (+ C) (+ bias) in the library's order.</summary>
/// <param name="C">What is added: the residual, or the result itself; null adds nothing.</param>
readonly record struct ProductKey(ProductOperand A, ProductOperand B, ProductOperand? C, ProductOperand D, int Batch, DType? Bias, bool Tf32)
{
    /// <summary>For the file that keeps the algorithm.</summary>
    public override string ToString()
        => $"{Text(A)} {Text(B)} {(C is { } c ? Text(c) : "none")} {Text(D)} batch {Batch} bias {Bias?.Label() ?? "none"}{(Tf32 ? " tf32" : "")}";

    static string Text(ProductOperand x)
        => FormattableString.Invariant($"{x.DType.Label()}:{x.Rows}x{x.Columns}:{x.Leading}:{x.Step}:{(x.IsTransposed ? 't' : 'n')}:{x.Alignment}");
}
