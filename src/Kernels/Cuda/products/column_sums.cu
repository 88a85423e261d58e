// y[c] (+)= sum over rows of x[r][c]: the gradient of a bias. TYPE: of x; OUT: of y. f32 sums in a fixed order.
// partial: a block of 32 x 8 threads owns 32 columns and a slab of rows; warp w takes rows w, w + 8, ...; the eight sums of a column
// meet in shared memory and become one row of partials. finish: a thread a column adds the slabs in their order.
// Shared memory: 8 * 32 floats. Bytes: x once, and slabs * columns floats twice.
#include "prelude.cuh"

typedef TYPE T;
typedef OUT O;

constexpr u32 kWarps = 8;

KERNEL(partial)(const T* __restrict__ x, float* __restrict__ partials, i64 rows, u32 columns, i64 row_step, i64 rows_a_slab) {
    SHARED_BYTES(smem);
    float* sums = reinterpret_cast<float*>(smem);
    u32 lane = threadIdx.x % 32, warp = threadIdx.x / 32, column = blockIdx.x * 32 + lane;
    i64 begin = blockIdx.y * rows_a_slab, end = smaller(begin + rows_a_slab, rows);
    float a = 0.0f, b = 0.0f;                        // two, so that loads overlap
    if (column < columns) {
        i64 r = begin + warp;
        for (; r + kWarps < end; r += 2 * kWarps) {
            float first = to_float(x[r * row_step + column]), second = to_float(x[(r + kWarps) * row_step + column]);
            a += first, b += second;
        }
        if (r < end) a += to_float(x[r * row_step + column]);
    }
    sums[warp * 32 + lane] = a + b;
    block_sync();
    if (warp == 0 && column < columns) {
        float sum = 0.0f;
        for (u32 w = 0; w < kWarps; w++) sum += sums[w * 32 + lane];
        partials[(i64)blockIdx.y * columns + column] = sum;
    }
}

KERNEL(finish)(const float* __restrict__ partials, O* y, u32 slabs, u32 columns, i32 accumulate) {
    u32 column = thread_id();
    if (column >= columns) return;
    float sum = 0.0f;
    for (u32 s = 0; s < slabs; s++) sum += partials[(i64)s * columns + column];
    y[column] = from_float<O>(accumulate ? to_float(y[column]) + sum : sum);
}

EXPORT_KERNELS(partial, finish)
