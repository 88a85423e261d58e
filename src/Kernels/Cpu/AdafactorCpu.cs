using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SuTI.Kernels;

/// <summary>How a parameter's second moment is factored: over rows and columns, apart for each batch and inner
/// index.</summary>
/// <param name="Batch">Product of the axes before the two factored ones.</param>
/// <param name="Rows">First factored axis.</param>
/// <param name="Columns">Second factored axis.</param>
/// <param name="Inner">Product of the axes after them: 1 for matrices; for convolution weights stored (Cout, R, S,
/// Cin) it is Cin, so that R and S are factored as they are where they come last.
/// </param>
public readonly record struct AdafactorShape(int Batch, int Rows, int Columns, int Inner = 1)
{
    /// <summary>Elements of the row state, (Batch, Rows, Inner).</summary>
    public int RowLength => Batch * Rows * Inner;

    /// <summary>Elements of the column state, (Batch, Columns, Inner).</summary>
    public int ColumnLength => Batch * Columns * Inner;

    /// <summary>Elements of the parameter.</summary>
    public int Length => Batch * Rows * Columns * Inner;
}

/// <summary>Constants of one Adafactor step.</summary>
/// <param name="LearningRate">Step size, or the relative step min(10^−2 or 10^−6 t, 1 / √t), before the parameter's
/// own scale.
/// </param>
/// <param name="Beta2">1 − t^decay for step t from 1; the usual decay is −0.8.</param>
/// <param name="Beta1">Decay of the first moment; 0 keeps none.</param>
/// <param name="WeightDecay">λ; p shrinks by λ times the step size.</param>
/// <param name="ClipThreshold">Largest root mean square of an update.</param>
/// <param name="SquareEpsilon">ε₁, added to squared gradients.</param>
/// <param name="ScaleEpsilon">ε₂, least scale of a parameter.</param>
/// <param name="ScaleByParameter">Whether the step size is multiplied by max(ε₂, RMS(p)).</param>
/// <param name="GradientScale">Multiplies the gradient first.</param>
public readonly record struct AdafactorOptions(
    double LearningRate,
    double Beta2,
    double Beta1 = 0,
    double WeightDecay = 0,
    double ClipThreshold = 1,
    double SquareEpsilon = 1e-30,
    double ScaleEpsilon = 1e-3,
    bool ScaleByParameter = true,
    double GradientScale = 1);

/// <summary>
/// Adafactor: v ← β₂v + (1 − β₂)(g² + ε₁), kept as row means r and column means c (or whole); u = g / √(r cᵀ /
/// mean(r)); u ← α u / max(1, RMS(u) / d); m ← β₁m + (1 − β₁)u; p ← p − αλp − m.
/// </summary>
/// <remarks>
/// As in Hugging Face transformers 4.30.2. Means are taken in double in a fixed order. The update itself is never
/// stored: it is computed once for its size and once more to apply it. Source: Shazeer and Stern, Adafactor: Adaptive
/// Learning Rates with Sublinear Memory Cost, 2018, Algorithms 4 and 5.
/// </remarks>
public static unsafe partial class AdafactorCpu
{
    const int Grain = 32768;
    const int MaxChunks = 1024;

    // Columns that one chunk sums at a time.
    const int ColumnBlock = 512;

    /// <summary>Elements that <see cref="StepFactored"/> needs as workspace.</summary>
    public static int WorkspaceLength(AdafactorShape shape) => shape.RowLength + shape.ColumnLength;

    /// <summary>One step with factored second moments.</summary>
    /// <param name="pool">Threads.</param>
    /// <param name="gradient">(Batch, Rows, Columns, Inner).</param>
    /// <param name="parameter">As the gradient; updated.</param>
    /// <param name="rowState">(Batch, Rows, Inner), zero before the first step.</param>
    /// <param name="columnState">(Batch, Columns, Inner), zero before the first step.</param>
    /// <param name="firstMoment">As the gradient where β₁ is not 0, else empty.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> elements.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="options">Constants.</param>
    /// <exception cref="ArgumentException">A span does not have the length that the sizes ask for.</exception>
    public static void StepFactored<T>(WorkerPool pool, ReadOnlySpan<T> gradient, Span<T> parameter, Span<T> rowState,
        Span<T> columnState, Span<T> firstMoment, Span<T> workspace, AdafactorShape shape, in AdafactorOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = shape.Length;
        bool fits = gradient.Length == length && parameter.Length == length && rowState.Length == shape.RowLength
            && columnState.Length == shape.ColumnLength && workspace.Length >= WorkspaceLength(shape);
        if (!fits)
            throw new ArgumentException($"adafactor: gradient, parameter and states must have the lengths of {shape}.");
        CheckMoment(firstMoment, length, options);
        if (length == 0)
            return;
        double rate = Rate(pool, (ReadOnlySpan<T>)parameter, options);
        fixed (T* g = gradient, p = parameter, r = rowState, c = columnState, m = firstMoment, factors = workspace)
        {
            int rows = shape.Batch * shape.Rows;
            int width = shape.Columns * shape.Inner;
            int rowGrain = RowGrain(rows, width);
            pool.For((rows + rowGrain - 1) / rowGrain, new RowMeans<T>(g, r, shape, options, rowGrain));
            int blocks = (width + ColumnBlock - 1) / ColumnBlock;
            pool.For(shape.Batch * blocks, new ColumnMeans<T>(g, c, shape, options, blocks));
            Factors(r, c, factors, shape);
            var update = new Update(g, p, m, factors, factors + shape.RowLength, shape, options);
            Apply<T>(pool, update, rows, rowGrain, length, rate, options);
        }
    }

    /// <summary>One step with the whole second moment, for parameters of fewer than two axes.</summary>
    /// <param name="pool">Threads.</param>
    /// <param name="gradient">(n).</param>
    /// <param name="parameter">(n); updated.</param>
    /// <param name="secondMoment">(n), zero before the first step.</param>
    /// <param name="firstMoment">(n) where β₁ is not 0, else empty.</param>
    /// <param name="options">Constants.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void Step<T>(WorkerPool pool, ReadOnlySpan<T> gradient, Span<T> parameter, Span<T> secondMoment,
        Span<T> firstMoment, in AdafactorOptions options) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = gradient.Length;
        if (parameter.Length != length || secondMoment.Length != length)
            throw new ArgumentException(
                $"adafactor: parameter and second moment must have the gradient's {length} elements; "
                + $"got {parameter.Length} and {secondMoment.Length}.");
        CheckMoment(firstMoment, length, options);
        if (length == 0)
            return;
        double rate = Rate(pool, (ReadOnlySpan<T>)parameter, options);
        fixed (T* g = gradient, p = parameter, v = secondMoment, m = firstMoment)
        {
            // Rows of a fixed width stand for the parts of the vector; the last is short.
            int rows = (length + ColumnBlock - 1) / ColumnBlock;
            int rowGrain = RowGrain(rows, ColumnBlock);
            Simd.For<T, WholeMoment>(pool, length, Grain, new WholeMoment(g, v, options));
            var update = new Update(g, p, m, v, null, new AdafactorShape(1, 1, length), options);
            Apply<T>(pool, update, rows, rowGrain, length, rate, options);
        }
    }

    static void CheckMoment<T>(Span<T> firstMoment, int length, in AdafactorOptions options)
    {
        if (options.Beta1 != 0 && firstMoment.Length != length)
            throw new ArgumentException(
                $"adafactor: the first moment must have the parameter's {length} elements; got {firstMoment.Length}.");
    }

    static double Rate<T>(WorkerPool pool, ReadOnlySpan<T> parameter, in AdafactorOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!options.ScaleByParameter)
            return options.LearningRate;
        double rms = Math.Sqrt(NormCpu.SumOfSquares(pool, parameter) / parameter.Length);
        return options.LearningRate * Math.Max(options.ScaleEpsilon, rms);
    }

    static int RowGrain(int rows, int width)
        => Math.Max(Math.Max(1, Grain / Math.Max(width, 1)), (rows + MaxChunks - 1) / MaxChunks);

    // 1 / √(r / mean(r)) for rows and 1 / √c for columns.
    static void Factors<T>(T* row, T* column, T* factors, AdafactorShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inner = shape.Inner;
        for (int batch = 0; batch < shape.Batch; batch++)
        {
            for (int i = 0; i < inner; i++)
            {
                int first = batch * shape.Rows * inner + i;
                double mean = 0;
                for (int r = 0; r < shape.Rows; r++)
                    mean += double.CreateTruncating(row[first + r * inner]);
                mean /= shape.Rows;
                for (int r = 0; r < shape.Rows; r++)
                {
                    double square = double.CreateTruncating(row[first + r * inner]);
                    factors[first + r * inner] = T.CreateTruncating(Math.Sqrt(mean / square));
                }
            }
        }
        T* columnFactors = factors + shape.RowLength;
        for (int i = 0; i < shape.ColumnLength; i++)
            columnFactors[i] = T.CreateTruncating(1 / Math.Sqrt(double.CreateTruncating(column[i])));
    }

    static void Apply<T>(WorkerPool pool, Update update, int rows, int rowGrain, int length, double rate,
        in AdafactorOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double* partials = stackalloc double[MaxChunks];
        int chunks = (rows + rowGrain - 1) / rowGrain;
        Simd.For<T, UpdateSize>(pool, rows, rowGrain, new UpdateSize(update, partials, rowGrain));
        double sum = 0;
        for (int i = 0; i < chunks; i++)
            sum += partials[i];
        double clip = Math.Max(1, Math.Sqrt(sum / length) / options.ClipThreshold);
        Simd.For<T, UpdateParameter>(pool, rows, rowGrain, new UpdateParameter(update, rate / clip, rate));
    }

    readonly struct RowMeans<T>(T* g, T* state, AdafactorShape shape, AdafactorOptions options,
        int grain) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            int inner = shape.Inner;
            int end = Math.Min(shape.Batch * shape.Rows, (chunk + 1) * grain);
            double scale = options.GradientScale * options.GradientScale / shape.Columns;
            for (int row = chunk * grain; row < end; row++)
            {
                T* first = g + (long)row * shape.Columns * inner;
                for (int i = 0; i < inner; i++)
                {
                    double sum = 0;
                    if (inner == 1)
                        sum = NormCpu.SumOfSquares(first, shape.Columns);
                    else
                        for (int column = 0; column < shape.Columns; column++)
                            sum += Square(first[(long)column * inner + i]);
                    Decay(state + (long)row * inner + i, sum * scale, options);
                }
            }
        }
    }

    readonly struct ColumnMeans<T>(T* g, T* state, AdafactorShape shape, AdafactorOptions options,
        int blocks) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            (int batch, int block) = Math.DivRem(chunk, blocks);
            int width = shape.Columns * shape.Inner;
            int begin = block * ColumnBlock;
            int count = Math.Min(ColumnBlock, width - begin);
            double* sums = stackalloc double[ColumnBlock];
            new Span<double>(sums, count).Clear();
            T* first = g + (long)batch * shape.Rows * width + begin;
            for (int row = 0; row < shape.Rows; row++, first += width)
                AddSquares(first, sums, count);
            double scale = options.GradientScale * options.GradientScale / shape.Rows;
            for (int i = 0; i < count; i++)
                Decay(state + (long)batch * width + begin + i, sums[i] * scale, options);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AddSquares<T>(T* x, double* sums, int count) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int i = 0;
        if (typeof(T) == typeof(float))
            for (; i <= count - 8; i += 8)
            {
                var (lower, upper) = Vector256.Widen(Vector256.Load((float*)x + i));
                (Vector256.Load(sums + i) + lower * lower).Store(sums + i);
                (Vector256.Load(sums + i + 4) + upper * upper).Store(sums + i + 4);
            }
        for (; i < count; i++)
            sums[i] += Square(x[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Square<T>(T value) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double wide = double.CreateTruncating(value);
        return wide * wide;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Decay<T>(T* state, double mean, in AdafactorOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double old = double.CreateTruncating(*state);
        *state = T.CreateTruncating(old * options.Beta2 + (1 - options.Beta2) * (mean + options.SquareEpsilon));
    }

    readonly struct WholeMoment(void* gradient, void* state, AdafactorOptions options) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* g = (T*)gradient;
            T* v = (T*)state;
            T scale = T.CreateTruncating(options.GradientScale);
            T epsilon = T.CreateTruncating(options.SquareEpsilon);
            T beta = T.CreateTruncating(options.Beta2);
            T rest = T.CreateTruncating(1 - options.Beta2);
            for (int i = begin; i < end; i++)
            {
                T scaled = g[i] * scale;
                v[i] = v[i] * beta + rest * (scaled * scaled + epsilon);
            }
        }
    }
}
