namespace SuTI.Kernels;

/// <summary>
/// 32-bit lanes seen as unsigned integers or as floats: the vocabulary of the random numbers. Every operation is exact
/// or rounded once as IEEE 754 says, so results do not depend on the width, not even on whether there is a vector unit.
/// </summary>
unsafe interface ILanes<TSelf> where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Lanes.</summary>
    static abstract int Count { get; }

    /// <summary>
    /// The order in which lanes take counters, so that <see cref="StoreInterleaved"/> needs shuffles within 128 bits
    /// only.
    /// </summary>
    static abstract TSelf CounterOffsets { get; }

    static abstract TSelf Create(uint value);

    static abstract TSelf Create(float value);

    static abstract TSelf Load(uint* source);

    static abstract void Store(TSelf value, uint* destination);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    static abstract TSelf operator ^(TSelf left, TSelf right);

    static abstract TSelf operator <<(TSelf value, int count);

    /// <summary>Brings in zeros.</summary>
    static abstract TSelf operator >>>(TSelf value, int count);

    /// <summary>Brings in the sign.</summary>
    static abstract TSelf operator >>(TSelf value, int count);

    /// <summary>The lower half of left · right and, apart, the upper half.</summary>
    static abstract TSelf Multiply(TSelf left, uint right, out TSelf upper);

    /// <summary>All ones where left &lt; right as unsigned integers.</summary>
    static abstract TSelf Less(TSelf left, TSelf right);

    /// <summary>Bits of <paramref name="whenSet"/> where the mask is set.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenSet, TSelf whenClear);

    /// <summary>The float nearest to a signed integer.</summary>
    static abstract TSelf ToFloat(TSelf integer);

    static abstract TSelf Times(TSelf left, TSelf right);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Sqrt(TSelf value);

    /// <summary>Writes 4 · Count numbers: the four words of the first counter, then those of the second, and so
    /// on.</summary>
    static abstract void StoreInterleaved(TSelf w0, TSelf w1, TSelf w2, TSelf w3, uint* destination);
}
