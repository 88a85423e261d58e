// One Adafactor step of a parameter (batch, rows, columns, inner), in a chain of small kernels; TYPE: of parameter and gradient, the
// states are f32. Formulas: AdafactorCpu.cs; all sums are f32 in a fixed order. Where `found` is not 0, nothing is changed.
//   row_means     r = b2 r + (1 - b2)(mean over columns of g^2 + e1); a block a row of inner = 1, else a thread an inner index
//   column_means  c likewise over rows; a thread a column and inner index, neighbours by neighbouring threads
//   factors       sqrt(mean(r) / r) and 1 / sqrt(c)
//   update_size   sum of u^2 a chunk, u = g · row factor · column factor (or g / sqrt(v) where v is kept whole)
//   rates         one block: rate = (rate or rate · max(e2, rms(p))), step = rate / max(1, rms(u) / d)
//   update        m = b1 m + (1 - b1) step u; p = p (1 - decay · rate) - (m or step u)
// Bytes: g three times, p twice, m twice where it is kept.
#include "reduce.cuh"

typedef TYPE T;

struct Sizes { u32 batch, rows, columns, inner; };   // whole: 1, 1, length, 1

struct Constants {
    float rate, beta2, rest2, beta1, rest1, decay, threshold, square_epsilon, scale_epsilon, scales;
};

// Field by field, through a register: compilers turn a choice between two addresses into a copy in local memory.
DEVICE Constants constants_of(const Constants& given, const Constants* at) {
    Constants c;
#define PICK(field) c.field = at ? at->field : float_of(bits_of(given.field))
    PICK(rate), PICK(beta2), PICK(rest2), PICK(beta1), PICK(rest1), PICK(decay), PICK(threshold),
    PICK(square_epsilon), PICK(scale_epsilon), PICK(scales);
#undef PICK
    return c;
}

DEVICE float decayed(float old, float mean, const Constants& c) { return old * c.beta2 + c.rest2 * (mean + c.square_epsilon); }

KERNEL(row_means)(const T* __restrict__ g, float* r, const Sizes n, const Constants given, const Constants* at, const u32* found) {
    if (found && *found != 0) return;
    SHARED_BYTES(smem);
    Constants c = constants_of(given, at);
    float sum = 0.0f;
    if (n.inner == 1) {
        const T* row = g + (i64)blockIdx.x * n.columns;
        for (u32 i = threadIdx.x; i < n.columns; i += blockDim.x) sum = fma_rn(to_float(row[i]), to_float(row[i]), sum);
        sum = block_reduce<Sum>(sum, reinterpret_cast<float*>(smem));
        if (threadIdx.x == 0) r[blockIdx.x] = decayed(r[blockIdx.x], sum / (float)n.columns, c);
        return;
    }
    u32 i = blockIdx.y * blockDim.x + threadIdx.x;
    if (i >= n.inner) return;
    const T* first = g + (i64)blockIdx.x * n.columns * n.inner + i;
    for (u32 column = 0; column < n.columns; column++) {
        float x = to_float(first[(i64)column * n.inner]);
        sum = fma_rn(x, x, sum);
    }
    i64 to = (i64)blockIdx.x * n.inner + i;
    r[to] = decayed(r[to], sum / (float)n.columns, c);
}

KERNEL(column_means)(const T* __restrict__ g, float* state, const Sizes n, const Constants given, const Constants* at, const u32* found) {
    if (found && *found != 0) return;
    Constants c = constants_of(given, at);
    u32 width = n.columns * n.inner, i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= width) return;
    const T* first = g + (i64)blockIdx.y * n.rows * width + i;
    float a = 0.0f, b = 0.0f;
    u32 row = 0;
    for (; row + 1 < n.rows; row += 2) {
        float x = to_float(first[(i64)row * width]), y = to_float(first[(i64)(row + 1) * width]);
        a = fma_rn(x, x, a), b = fma_rn(y, y, b);
    }
    if (row < n.rows) a = fma_rn(to_float(first[(i64)row * width]), to_float(first[(i64)row * width]), a);
    i64 to = (i64)blockIdx.y * width + i;
    state[to] = decayed(state[to], (a + b) / (float)n.rows, c);
}

// Grid: the batch along y; along x first the blocks of row factors (a thread an inner index), then those of column factors.
KERNEL(factors)(const float* __restrict__ r, const float* __restrict__ c, float* __restrict__ row_factors, float* __restrict__ column_factors,
                const Sizes n, u32 row_blocks) {
    if (blockIdx.x < row_blocks) {
        u32 i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i >= n.inner) return;
        i64 first = (i64)blockIdx.y * n.rows * n.inner + i;
        float mean = 0.0f;
        for (u32 row = 0; row < n.rows; row++) mean += r[first + (i64)row * n.inner];
        mean /= (float)n.rows;
        for (u32 row = 0; row < n.rows; row++) {
            i64 at = first + (i64)row * n.inner;
            row_factors[at] = sqrt_rn(div_rn(mean, r[at]));
        }
        return;
    }
    u32 width = n.columns * n.inner, i = (blockIdx.x - row_blocks) * blockDim.x + threadIdx.x;
    if (i >= width) return;
    i64 at = (i64)blockIdx.y * width + i;
    column_factors[at] = div_rn(1.0f, sqrt_rn(c[at]));
}

KERNEL(whole_moment)(const T* __restrict__ g, float* v, i64 count, const Constants given, const Constants* at, const u32* found) {
    if (found && *found != 0) return;
    Constants c = constants_of(given, at);
    for (i64 i = thread_id(); i < count; i += thread_count()) {
        float x = to_float(g[i]);
        v[i] = v[i] * c.beta2 + c.rest2 * (x * x + c.square_epsilon);
    }
}

/// The update of an element before it is scaled; without column factors, the first factors are the whole second moment.
DEVICE float update_at(const T* g, const float* row_factors, const float* column_factors, const Sizes& n, i64 i) {
    float x = to_float(g[i]);
    if (!column_factors) return div_rn(x, sqrt_rn(row_factors[i]));
    u32 width = n.columns * n.inner;
    i64 row = i / width;
    u32 in_row = (u32)(i - row * width), batch = (u32)row / n.rows;
    return x * row_factors[row * n.inner + in_row % n.inner] * column_factors[(i64)batch * width + in_row];
}

// Grid: a block `chunk` elements. Shared memory: 32 floats, twice. squares[block], and the parameter's squares behind them.
KERNEL(update_size)(const T* __restrict__ g, const T* __restrict__ p, const float* __restrict__ row_factors, const float* __restrict__ column_factors,
                    float* __restrict__ squares, i64 count, const Sizes n, u32 chunk) {
    SHARED_BYTES(smem);
    float* scratch = reinterpret_cast<float*>(smem);
    float sum = 0.0f, size = 0.0f;
    i64 begin = (i64)blockIdx.x * chunk, end = smaller(begin + (i64)chunk, count);
    for (i64 i = begin + threadIdx.x; i < end; i += blockDim.x) {
        float u = update_at(g, row_factors, column_factors, n, i), x = to_float(p[i]);
        sum = fma_rn(u, u, sum), size = fma_rn(x, x, size);
    }
    sum = block_reduce<Sum>(sum, scratch);
    size = block_reduce<Sum>(size, scratch + 32);
    if (threadIdx.x == 0) squares[blockIdx.x] = sum, squares[gridDim.x + blockIdx.x] = size;
}

// out: 0 step, 1 rate. One block. Shared memory: 64 floats.
KERNEL(rates)(const float* __restrict__ squares, float* __restrict__ out, u32 chunks, i64 count, const Constants given, const Constants* at) {
    SHARED_BYTES(smem);
    float* scratch = reinterpret_cast<float*>(smem);
    Constants c = constants_of(given, at);
    float sum = 0.0f, size = 0.0f;
    for (u32 i = threadIdx.x; i < chunks; i += blockDim.x) sum += squares[i], size += squares[chunks + i];
    sum = block_reduce<Sum>(sum, scratch);
    size = block_reduce<Sum>(size, scratch + 32);
    if (threadIdx.x != 0) return;
    float rate = c.scales != 0.0f ? c.rate * larger(c.scale_epsilon, sqrt_rn(size / (float)count)) : c.rate;
    float clip = larger(1.0f, div_rn(sqrt_rn(sum / (float)count), c.threshold));
    out[0] = rate / clip, out[1] = rate;
}

KERNEL(update)(const T* __restrict__ g, T* p, float* m, const float* __restrict__ row_factors, const float* __restrict__ column_factors,
               const float* __restrict__ rates, i64 count, const Sizes n, const Constants given, const Constants* at, const u32* found) {
    if (found && *found != 0) return;
    Constants c = constants_of(given, at);
    float step = rates[0], shrink = 1.0f - c.decay * rates[1];
    for (i64 i = thread_id(); i < count; i += thread_count()) {
        float u = update_at(g, row_factors, column_factors, n, i) * step;
        if (m) m[i] = u = fma_rn(c.rest1, u, c.beta1 * m[i]);
        p[i] = from_float<T>(to_float(p[i]) * shrink - u);
    }
}

EXPORT_KERNELS(row_means, column_means, factors, whole_moment, update_size, rates, update)
