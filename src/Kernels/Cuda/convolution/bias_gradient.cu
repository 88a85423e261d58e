// db[o] (+)= sum over all pixels p of dy[p, o]. TYPE; VECTOR: columns of a thread.
// Grid: x groups of columns, y slabs of pixels; a block is lanes along the columns by rows. Rows are summed in shared memory, slabs by the
// last block of a group, both in their order. Bytes: dy once. Sums in f32.
#include "partial.cuh"

constexpr int kThreads = 256, kLanes = VECTOR > 1 ? 8 : 32, kRows = kThreads / kLanes, kColumns = kLanes * VECTOR;

KERNEL(__launch_bounds__(kThreads) bias_gradient)(const T* dy, void* db, float* workspace, u32* arrived, i32 pixels, i32 columns, i32 accumulate,
                                                  i32 db_is_float) {
    SHARED_BYTES(smem);
    float* sums = reinterpret_cast<float*>(smem);    // [kRows][kColumns]
    const int lane = threadIdx.x % kLanes, row = threadIdx.x / kLanes, column0 = blockIdx.x * kColumns, column = column0 + lane * VECTOR;
    const int each = (pixels + gridDim.y - 1) / gridDim.y, first = blockIdx.y * each, end = smaller(pixels, first + each);
    float sum[VECTOR];
#pragma unroll
    for (int e = 0; e < VECTOR; e++) sum[e] = 0.0f;
    if (column < columns)
#pragma unroll 4
        for (int p = first + row; p < end; p += kRows) {
            auto v = load_few(dy + (i64)p * columns + column);
#pragma unroll
            for (int e = 0; e < VECTOR; e++) sum[e] += to_float(v.v[e]);
        }
#pragma unroll
    for (int e = 0; e < VECTOR; e++) sums[row * kColumns + lane * VECTOR + e] = sum[e];
    block_sync();
    for (int c = threadIdx.x; c < kColumns && column0 + c < columns; c += kThreads) {
        float total = 0.0f;
        for (int r = 0; r < kRows; r++) total += sums[r * kColumns + c];
        workspace[(u64)blockIdx.y * columns + column0 + c] = total;
    }
    if (!is_last(smem, arrived + blockIdx.x, gridDim.y)) return;
    for (int c = column0 + threadIdx.x; c < smaller(columns, column0 + kColumns); c += kThreads) {
        float total = 0.0f;
        for (u32 slab = 0; slab < gridDim.y; slab++) total += workspace[(u64)slab * columns + c];
        put_sum(db, c, total, accumulate, db_is_float);
    }
}

EXPORT_KERNELS(bias_gradient)
