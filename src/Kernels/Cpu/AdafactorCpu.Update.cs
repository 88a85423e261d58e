using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

// The second half of a step: the update of each element, once for its size and once to apply it.
public static unsafe partial class AdafactorCpu
{
    /// <summary>Arrays of a step. Without column factors, the row factors are the whole second moment.</summary>
    readonly struct Update(void* gradient, void* parameter, void* moment, void* rowFactors, void* columnFactors,
        AdafactorShape shape, AdafactorOptions options)
    {
        public readonly void* Gradient = gradient;
        public readonly void* Parameter = parameter;
        public readonly void* Moment = moment;
        public readonly void* RowFactors = rowFactors;
        public readonly void* ColumnFactors = columnFactors;
        public readonly AdafactorShape Shape = shape;
        public readonly AdafactorOptions Options = options;

        /// <summary>Elements between rows.</summary>
        public int Width => ColumnFactors == null ? ColumnBlock : Shape.Columns * Shape.Inner;

        /// <summary>Elements of this row: the last row of a vector may be short.</summary>
        public int RowWidth(int row) => ColumnFactors == null ? Math.Min(ColumnBlock,
            Shape.Columns - row * ColumnBlock) : Width;
    }

    /// <summary>One row of updates.</summary>
    readonly ref struct UpdateRow<TVector, T>
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        readonly T* _g;
        readonly T* _rows;
        readonly T* _columns;
        readonly TVector _scale;
        readonly int _inner;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public UpdateRow(in Update update, int row)
        {
            long at = (long)row * update.Width;
            _inner = update.Shape.Inner;
            _g = (T*)update.Gradient + at;
            bool isWhole = update.ColumnFactors == null;
            _rows = (T*)update.RowFactors + (isWhole ? at : (long)row * _inner);
            _columns = isWhole ? null : (T*)update.ColumnFactors + (long)(row / update.Shape.Rows) * update.Width;
            T scale = T.CreateTruncating(update.Options.GradientScale);
            // The one row factor of a matrix goes into the scale.
            _scale = TVector.Create(isWhole || _inner != 1 ? scale : scale * *_rows);
        }

        /// <summary>The unscaled update of up to one vector of elements.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At(int column, int count)
        {
            var g = Load<TVector, T>(_g + column, count) * _scale;
            if (_columns == null)
                return g / TVector.Sqrt(Load<TVector, T>(_rows + column, count));
            g *= Load<TVector, T>(_columns + column, count);
            return _inner == 1 ? g : g * Load<TVector, T>(_rows + column % _inner, count);
        }

        /// <summary>Elements that a vector at this column may cover: row factors repeat after <c>Inner</c>.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Count(int column, int end)
            => Math.Min(Math.Min(TVector.Count, end - column), _inner == 1 ? TVector.Count : _inner - column % _inner);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Load<TVector, T>(T* source, int count)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => count == TVector.Count ? TVector.Load(source) : TVector.LoadPartial(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<TVector, T>(TVector value, T* destination, int count)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (count == TVector.Count)
            TVector.Store(value, destination);
        else
            TVector.StorePartial(value, destination, count);
    }

    readonly struct UpdateSize(Update update, double* partials, int grain) : ISimdKernel
    {
        // Squares are summed in T over short stretches only, then in double.
        const int Stretch = 512;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            double sum = 0;
            for (int row = begin; row < end; row++)
            {
                var updates = new UpdateRow<TVector, T>(in update, row);
                int width = update.RowWidth(row);
                for (int stretch = 0; stretch < width; stretch += Stretch)
                {
                    var squares = TVector.Zero;
                    int last = Math.Min(stretch + Stretch, width);
                    for (int column = stretch; column < last;)
                    {
                        int count = updates.Count(column, last);
                        var u = updates.At(column, count);
                        // Lanes beyond a short end hold 0 · r or 0 / √0.
                        squares += count == TVector.Count ? u * u : FirstLanes<TVector, T>(u * u, count);
                        column += count;
                    }
                    sum += double.CreateTruncating(TVector.Sum(squares));
                }
            }
            partials[begin / grain] = sum;
        }

        static TVector FirstLanes<TVector, T>(TVector value, int count)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* lanes = stackalloc T[16];
            TVector.StorePartial(value, lanes, count);
            return TVector.LoadPartial(lanes, count);
        }
    }

    readonly struct UpdateParameter(Update update, double step, double rate) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var factor = TVector.Create(T.CreateTruncating(step));
            var shrink = TVector.Create(T.CreateTruncating(1 - update.Options.WeightDecay * rate));
            var beta = TVector.Create(T.CreateTruncating(update.Options.Beta1));
            var rest = TVector.Create(T.CreateTruncating(1 - update.Options.Beta1));
            bool hasMoment = update.Options.Beta1 != 0;
            for (int row = begin; row < end; row++)
            {
                var updates = new UpdateRow<TVector, T>(in update, row);
                int width = update.RowWidth(row);
                for (int column = 0; column < width;)
                {
                    int count = updates.Count(column, width);
                    long at = (long)row * update.Width + column;
                    var u = updates.At(column, count) * factor;
                    if (hasMoment)
                    {
                        u = TVector.Fma(rest, u, beta * Load<TVector, T>((T*)update.Moment + at, count));
                        Store<TVector, T>(u, (T*)update.Moment + at, count);
                    }
                    var p = Load<TVector, T>((T*)update.Parameter + at, count);
                    Store<TVector, T>(p * shrink - u, (T*)update.Parameter + at, count);
                    column += count;
                }
            }
        }
    }
}
