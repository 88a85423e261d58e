// Folds the middle axis of (outer, reduced, inner). Constants: TYPE, RESULT: types of x and y; FOLD: what is computed:
//   Total        Σ x / divisor
//   SquaredGaps  Σ (x − mean)² / divisor, the mean given
//   Largest      the largest x and the place of the first that equals it; NaN is largest of all
//   LogSumExp    ln Σ e^x
// rows (inner = 1): LANES threads a row, 0: a block; columns: `across` columns by blockDim / across rows a block. Both take WIDE ?
// 16 bytes : one element at once, and gridDim.y parts of the reduced axis; combine folds the parts in their order.
// sizeof(T) bytes an element. f32; sums are Kahan's, so that their error does not grow with the length; the order is fixed.
#include "elements.cuh"
#include "math.cuh"

typedef TYPE T;
constexpr int kWidth = WIDE ? kPack<T> : 1;

/// What has been folded so far; the meaning of the two is the fold's.
struct Partial { float a, b; };

struct Total {                                       // a: sum, b: what rounding added to it
    static DEVICE Partial start() { return {0.0f, 0.0f}; }
    static DEVICE void add(Partial& p, float x, u32) {
        float term = x - p.b, sum = p.a + term;
        p.b = is_finite(sum) ? (sum - p.a) - term : 0.0f;
        p.a = sum;
    }
    static DEVICE void merge(Partial& p, Partial q) { add(p, q.a, 0), add(p, -q.b, 0); }
    static DEVICE float finish(Partial p, float divisor) {
        float q = div_rn(p.a, divisor), rest = fma_rn(-q, divisor, p.a) - p.b;
        return is_finite(rest) ? q + rest / divisor : q;     // what q, rounded, leaves of the sum
    }
};

struct SquaredGaps : Total {                         // of gaps, which the caller makes
    static DEVICE void add(Partial& p, float gap, u32) { Total::add(p, gap * gap, 0); }
};

struct Largest {                                     // a: value, b: the bits of its place, −1: none
    static DEVICE Partial start() { return {-infinity(), float_of(0xffffffffu)}; }
    static DEVICE bool is_better(float v, u32 at, float than, u32 there) {
        bool tie = v == than || (is_nan(v) && is_nan(than));
        return tie ? at < there : !is_nan(than) && (is_nan(v) || v > than);
    }
    static DEVICE void add(Partial& p, float x, u32 at) {
        if (is_better(x, at, p.a, bits_of(p.b))) p = {x, float_of(at)};
    }
    static DEVICE void merge(Partial& p, Partial q) { add(p, q.a, bits_of(q.b)); }
    static DEVICE float finish(Partial p, float) { return p.a; }
};

struct LogSumExp {                                   // a: largest, b: Σ e^(x − a)
    static DEVICE Partial start() { return {-infinity(), 0.0f}; }
    static DEVICE void merge(Partial& p, Partial q) {
        bool grows = q.a > p.a;
        float e = q.a == p.a ? 1.0f : exp_of(grows ? p.a - q.a : q.a - p.a);
        p = grows ? Partial{q.a, fma_rn(p.b, e, q.b)} : Partial{p.a, fma_rn(q.b, e, p.b)};
    }
    static DEVICE void add(Partial& p, float x, u32) { merge(p, {x, 1.0f}); }
    static DEVICE float finish(Partial p, float) { return p.a + log_of(p.b); }
};

typedef FOLD Fold;
constexpr bool kHasIndex = INDEX, kHasMean = MEAN;

constexpr int kAhead = 4;                            // loads under way before the first is used

/// Calls add(pack, i) for i, i + step, … below `last`; the pack begins `stride` · i elements from `from`.
template <class F> DEVICE void each_pack(const T* from, u32 i, u32 last, u32 step, u64 stride, F add) {
    for (; i + (kAhead - 1) * step < last; i += kAhead * step) {
        float v[kAhead][kWidth];
#pragma unroll
        for (u32 n = 0; n < kAhead; n++) load_elements(from + (i + n * step) * stride, v[n]);
#pragma unroll
        for (u32 n = 0; n < kAhead; n++) add(v[n], i + n * step);
    }
    for (; i < last; i += step) {
        float v[kWidth];
        load_elements(from + i * stride, v);
        add(v, i);
    }
}

DEVICE void put(Partial p, RESULT* y, i32* indices, u64 output, float divisor) {
    y[output] = from_float<RESULT>(Fold::finish(p, divisor));
    if (kHasIndex) indices[output] = (i32)bits_of(p.b);
}

DEVICE void put_part(Partial p, RESULT* y, i32* indices, Partial* parts, u64 output, u64 outputs, float divisor) {
    if (gridDim.y == 1)
        put(p, y, indices, output, divisor);
    else
        parts[blockIdx.y * outputs + output] = p;
}

DEVICE Partial shuffled(Partial p, u32 d) { return {shfl_xor(p.a, d), shfl_xor(p.b, d)}; }

KERNEL(rows)(const T* __restrict__ x, const float* __restrict__ mean, RESULT* __restrict__ y, i32* __restrict__ indices,
             Partial* __restrict__ parts, u32 rows, u32 length, u32 part, float divisor) {
    SHARED_BYTES(smem);
    Partial* scratch = (Partial*)smem;               // of the warps, where a block has one row
    constexpr u32 lanes = LANES > 0 ? LANES : 32;
    u32 row = LANES > 0 ? blockIdx.x * (blockDim.x / lanes) + threadIdx.x / lanes : blockIdx.x;
    u32 rank = LANES > 0 ? threadIdx.x % lanes : threadIdx.x, threads = LANES > 0 ? lanes : blockDim.x;
    u32 first = blockIdx.y * part, last = row < rows ? smaller(length, first + part) : 0;
    const T* from = x + (u64)row * length;
    float m = kHasMean && row < rows ? mean[row] : 0.0f;
    Partial p = Fold::start();
    each_pack(from, first + rank * kWidth, last, threads * kWidth, 1, [&](const float(&v)[kWidth], u32 i) {
#pragma unroll
        for (int k = 0; k < kWidth; k++) Fold::add(p, v[k] - m, i + k);
    });
#pragma unroll
    for (u32 d = lanes / 2; d; d >>= 1) Fold::merge(p, shuffled(p, d));
    if (LANES == 0) {
        if (threadIdx.x % 32 == 0) scratch[threadIdx.x / 32] = p;
        block_sync();
        if (threadIdx.x == 0)
            for (u32 warp = 1; warp < blockDim.x / 32; warp++) Fold::merge(p, scratch[warp]);
    }
    if (rank == 0 && row < rows) put_part(p, y, indices, parts, row, rows, divisor);
}

KERNEL(columns)(const T* __restrict__ x, const float* __restrict__ mean, RESULT* __restrict__ y, i32* __restrict__ indices,
                Partial* __restrict__ parts, u32 outer, u32 reduced, u32 inner, u32 part, u32 across, float divisor) {
    SHARED_BYTES(smem);
    Partial* scratch = (Partial*)smem;               // (rows, across · kWidth)
    u32 lane = threadIdx.x % across, down = threadIdx.x / across, rows = blockDim.x / across;
    u64 packs = inner / kWidth, column = (u64)blockIdx.x * across + lane, outputs = (u64)outer * inner;
    u64 o = column / packs;
    bool is_within = o < outer;
    const T* from = x + (is_within ? (o * reduced * inner) + (column - o * packs) * kWidth : 0);
    u32 first = blockIdx.y * part, last = is_within ? smaller(reduced, first + part) : 0;
    Partial p[kWidth];
    float m[kWidth];
#pragma unroll
    for (int k = 0; k < kWidth; k++) {
        p[k] = Fold::start();
        m[k] = kHasMean && is_within ? mean[column * kWidth + k] : 0.0f;
    }
    each_pack(from, first + down, last, rows, inner, [&](const float(&v)[kWidth], u32 r) {
#pragma unroll
        for (int k = 0; k < kWidth; k++) Fold::add(p[k], v[k] - m[k], r);
    });
    if (rows > 1) {
#pragma unroll
        for (int k = 0; k < kWidth; k++) scratch[(down * kWidth + k) * across + lane] = p[k];
        block_sync();
        if (down != 0) return;
        for (u32 other = 1; other < rows; other++) {
#pragma unroll
            for (int k = 0; k < kWidth; k++) Fold::merge(p[k], scratch[(other * kWidth + k) * across + lane]);
        }
    }
    if (!is_within) return;
#pragma unroll
    for (int k = 0; k < kWidth; k++) put_part(p[k], y, indices, parts, column * kWidth + k, outputs, divisor);
}

KERNEL(combine)(const Partial* __restrict__ parts, RESULT* __restrict__ y, i32* __restrict__ indices, u64 outputs, u32 count,
                float divisor) {
    for (u64 i = thread_id(); i < outputs; i += thread_count()) {
        Partial p = parts[i];
        for (u32 part = 1; part < count; part++) Fold::merge(p, parts[part * outputs + i]);
        put(p, y, indices, i, divisor);
    }
}

EXPORT_KERNELS(rows, columns, combine)
