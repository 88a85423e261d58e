// softmax: y = e^x / Σ e^x; log_softmax: y = x − ln Σ e^x, over rows of `width` elements; a row of −∞ gives 0 and −∞.
// Grid: rows, LANES threads or a block each (rows.cuh). Shared: 128 bytes where a block has one row.
// 2 · sizeof(T) bytes an element while rows stay in registers, 3 · sizeof(T) beyond. All arithmetic in f32.
#include "row_exp.cuh"

KERNEL(softmax)(const T* __restrict__ x, T* __restrict__ y, u32 rows, u32 width) {
    SHARED_BYTES(smem);
    Place at = place_in(blockIdx.x * rows_at_once(), rows, width);
    Operand in(x, at);
    RowExp e = row_exp<true>(in, at, (float*)smem);
    float scale = e.sum == 0.0f ? 0.0f : div_rn(1.0f, e.sum);
    T* out = y + (u64)at.row * width;
    each_pack(at, [&](int slot, u32 i) {
        float v[kWidth];
        in.get(slot, i, v);
#pragma unroll
        for (int k = 0; k < kWidth; k++) v[k] = scale * (kIsKept ? v[k] : exp_of(v[k] - e.shift));
        store_elements(out + i, v);
    });
}

KERNEL(log_softmax)(const T* __restrict__ x, T* __restrict__ y, u32 rows, u32 width) {
    SHARED_BYTES(smem);
    Place at = place_in(blockIdx.x * rows_at_once(), rows, width);
    Operand in(x, at);
    RowExp e = row_exp<false>(in, at, (float*)smem);
    // Subtracted one after the other: the largest is exact, the logarithm may be small beside it.
    float log = e.sum == 0.0f ? 0.0f : log_of(e.sum);
    T* out = y + (u64)at.row * width;
    each_pack(at, [&](int slot, u32 i) {
        float v[kWidth];
        in.get(slot, i, v);
#pragma unroll
        for (int k = 0; k < kWidth; k++) v[k] = v[k] - e.shift - log;
        store_elements(out + i, v);
    });
}

EXPORT_KERNELS(softmax, log_softmax)
