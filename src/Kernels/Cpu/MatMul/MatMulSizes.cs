namespace SuTI.Kernels;

/// <summary>Where the elements of a batch of matrices lie: (b, i, j) at b · Batch + i · Row + j · Column.</summary>
/// <param name="Batch">Distance of two matrices; 0 repeats one matrix for the whole batch.</param>
public readonly record struct MatrixLayout(nint Batch, nint Row, nint Column)
{
    internal nint Extent(int batch, int rows, int columns)
        => batch == 0 || rows == 0 || columns == 0
            ? 0
            : checked(((batch - 1) * Batch) + ((rows - 1) * Row) + ((columns - 1) * Column) + 1);
}

/// <summary>Sizes and layouts of C[b, M, N] = A[b, M, K] · B[b, K, N]; contiguous and row-major unless said otherwise.</summary>
public readonly record struct MatMulSizes(int Batch, int M, int N, int K)
{
    public MatrixLayout A { get; init; } = new((nint)M * K, K, 1);

    public MatrixLayout B { get; init; } = new((nint)K * N, N, 1);

    /// <summary>Columns must be adjacent.</summary>
    public MatrixLayout C { get; init; } = new((nint)M * N, N, 1);

    /// <summary>Layout of the matrix that is added; columns must be adjacent.</summary>
    public MatrixLayout Residual { get; init; } = new((nint)M * N, N, 1);

    /// <summary>B holds what <see cref="MatMulCpu.Pack"/> wrote, its layout's <c>Batch</c> apart (0: one for all).</summary>
    public bool PackedB { get; init; }

    /// <summary>Adds to what C holds instead of overwriting it.</summary>
    public bool Accumulate { get; init; }

    /// <summary>The usual layout of <see cref="A"/> stored (K, M).</summary>
    public MatMulSizes WithTransposedA() => this with { A = new((nint)M * K, 1, M) };

    /// <summary>The usual layout of <see cref="B"/> stored (N, K), as the weights of linear layers are.</summary>
    public MatMulSizes WithTransposedB() => this with { B = new((nint)K * N, 1, K) };
}
