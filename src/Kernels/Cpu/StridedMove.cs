namespace SuTI.Kernels;

/// <summary>What is done with each pair of elements: rows for dense axes, tiles where the two sides differ in their
/// dense axis.</summary>
unsafe interface IElementMove<T> where T : unmanaged
{
    /// <summary>Moves <paramref name="count"/> elements along one axis.</summary>
    static abstract void Row(T* source, T* destination, long sourceStep, long destinationStep, int count);

    /// <summary>Moves a tile of <paramref name="rows"/> × <paramref name="columns"/>; columns are the destination's
    /// dense axis.</summary>
    static abstract void Tile(T* source, T* destination, in TileSteps steps, int rows, int columns);
}

/// <summary>Strides of a tile: the row axis is dense in the source, the column axis in the destination.</summary>
readonly record struct TileSteps(long SourceRow, long SourceColumn, long DestinationRow, long DestinationColumn);

/// <summary>One parallel element movement. Its unit is a row segment or a tile; chunks are runs of units.</summary>
readonly unsafe struct StridedMove<T, TMove> : IParallelBody
    where T : unmanaged
    where TMove : IElementMove<T>
{
    const int TileSide = 64;

    readonly T* _source;
    readonly T* _destination;
    readonly StridedLoop _loop;
    readonly int _tileAxis;
    readonly int _columns; // elements of a unit along the row axis
    readonly int _rows; // elements of a unit along the tile axis
    readonly long _columnUnits;
    readonly long _rowUnits;
    readonly long _units;
    readonly long _unitsPerChunk;

    public StridedMove(T* source, T* destination, in StridedLoop loop, int grain, out int chunks)
    {
        _source = source;
        _destination = destination;
        _loop = loop;
        _tileAxis = loop.TileAxis;
        int width = loop.Sizes[loop.Rank - 1];
        int height = _tileAxis < 0 ? 1 : loop.Sizes[_tileAxis];
        // A short side leaves its share of the tile to the other side.
        _columns = Math.Min(width, _tileAxis < 0 ? grain : Math.Max(TileSide, TileSide * TileSide / Math.Min(height,
            TileSide)));
        _rows = _tileAxis < 0 ? 1 : Math.Min(height, TileSide * TileSide / Math.Min(_columns, TileSide * TileSide));
        _columnUnits = ((long)width + _columns - 1) / _columns;
        _rowUnits = ((long)height + _rows - 1) / _rows;
        _units = _columnUnits * _rowUnits;
        for (int axis = loop.Repeats; axis < loop.Rank - 1; axis++)
            _units *= axis == _tileAxis ? 1 : loop.Sizes[axis];
        long repeats = 1;
        for (int axis = 0; axis < loop.Repeats; axis++)
            repeats *= loop.Sizes[axis];
        long unitLength = Math.Min((long)_columns * _rows * repeats, grain);
        _unitsPerChunk = Math.Max(grain / unitLength, _units / WorkerPool.MaxChunks + 1);
        chunks = (int)((_units + _unitsPerChunk - 1) / _unitsPerChunk);
    }

    public void Run(int chunk)
    {
        long begin = chunk * _unitsPerChunk;
        long end = Math.Min(begin + _unitsPerChunk, _units);
        int* index = stackalloc int[StridedLoop.MaxRank + 1];
        long outer = begin / (_columnUnits * _rowUnits);
        long inside = begin % (_columnUnits * _rowUnits);
        long rowUnit = inside / _columnUnits;
        long columnUnit = inside % _columnUnits;
        T* source = _source;
        T* destination = _destination;
        for (int axis = _loop.Rank - 2; axis >= _loop.Repeats; axis--)
        {
            if (axis == _tileAxis)
                continue;
            index[axis] = (int)(outer % _loop.Sizes[axis]);
            outer /= _loop.Sizes[axis];
            source += index[axis] * _loop.Source[axis];
            destination += index[axis] * _loop.Destination[axis];
        }
        for (long unit = begin; unit < end; unit++)
        {
            Unit(source, destination, rowUnit, columnUnit);
            if (++columnUnit < _columnUnits)
                continue;
            columnUnit = 0;
            if (++rowUnit < _rowUnits)
                continue;
            rowUnit = 0;
            Advance(index, ref source, ref destination);
        }
    }

    void Advance(int* index, ref T* source, ref T* destination)
    {
        for (int axis = _loop.Rank - 2; axis >= _loop.Repeats; axis--)
        {
            if (axis == _tileAxis)
                continue;
            source += _loop.Source[axis];
            destination += _loop.Destination[axis];
            if (++index[axis] < _loop.Sizes[axis])
                return;
            index[axis] = 0;
            source -= _loop.Sizes[axis] * _loop.Source[axis];
            destination -= _loop.Sizes[axis] * _loop.Destination[axis];
        }
    }

    void Unit(T* source, T* destination, long rowUnit, long columnUnit)
    {
        int row = _loop.Rank - 1;
        long column = columnUnit * _columns;
        int columns = (int)Math.Min(_columns, _loop.Sizes[row] - column);
        source += column * _loop.Source[row];
        destination += column * _loop.Destination[row];
        int rows = 1;
        if (_tileAxis >= 0)
        {
            long first = rowUnit * _rows;
            rows = (int)Math.Min(_rows, _loop.Sizes[_tileAxis] - first);
            source += first * _loop.Source[_tileAxis];
            destination += first * _loop.Destination[_tileAxis];
        }
        if (_loop.Repeats == 0)
            Once(source, destination, rows, columns);
        else
            Repeat(source, destination, rows, columns, 0);
    }

    void Repeat(T* source, T* destination, int rows, int columns, int axis)
    {
        for (int i = 0; i < _loop.Sizes[axis]; i++)
        {
            if (axis + 1 < _loop.Repeats)
                Repeat(source, destination, rows, columns, axis + 1);
            else
                Once(source, destination, rows, columns);
            source += _loop.Source[axis];
        }
    }

    void Once(T* source, T* destination, int rows, int columns)
    {
        int row = _loop.Rank - 1;
        if (_tileAxis < 0)
        {
            TMove.Row(source, destination, _loop.Source[row], _loop.Destination[row], columns);
            return;
        }
        var steps = new TileSteps(_loop.Source[_tileAxis], _loop.Source[row], _loop.Destination[_tileAxis],
            _loop.Destination[row]);
        TMove.Tile(source, destination, in steps, rows, columns);
    }
}
