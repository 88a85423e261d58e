// softmax_backward: dx = y (dy − Σ y dy); log_softmax_backward: dx = dy − e^y Σ dy, over rows of `width` elements.
// Grid: rows, LANES threads or a block each (rows.cuh). Shared: 128 bytes where a block has one row.
// 3 · sizeof(T) bytes an element while rows stay in registers. All arithmetic in f32.
#include "math.cuh"
#include "rows.cuh"

KERNEL(softmax_backward)(const T* __restrict__ y, const T* __restrict__ dy, T* __restrict__ dx, u32 rows, u32 width) {
    SHARED_BYTES(smem);
    float* scratch = (float*)smem;
    Place at = place_in(blockIdx.x * rows_at_once(), rows, width);
    Operand p(y, at), gradient(dy, at);
    float mean = 0.0f, residual = 0.0f;
    each_pack(at, [&](int slot, u32 i) {
        float v[kWidth], g[kWidth];
        p.get(slot, i, v), gradient.get(slot, i, g);
#pragma unroll
        for (int k = 0; k < kWidth; k++) mean = fma_rn(v[k], g[k], mean);
    });
    mean = row_reduce<Sum>(mean, scratch);
    // Where one y is nearly 1, its dy and the sum agree in most digits, and the gradient is what the rounding of y leaves. The
    // sum taken again, of what is left, makes good for it.
    each_pack(at, [&](int slot, u32 i) {
        float v[kWidth], g[kWidth];
        p.get(slot, i, v), gradient.get(slot, i, g);
#pragma unroll
        for (int k = 0; k < kWidth; k++) residual = fma_rn(v[k], g[k] - mean, residual);
    });
    residual = row_reduce<Sum>(residual, scratch);
    T* out = dx + (u64)at.row * width;
    each_pack(at, [&](int slot, u32 i) {
        float v[kWidth], g[kWidth];
        p.get(slot, i, v), gradient.get(slot, i, g);
#pragma unroll
        for (int k = 0; k < kWidth; k++) v[k] *= g[k] - mean - residual;
        store_elements(out + i, v);
    });
}

KERNEL(log_softmax_backward)(const T* __restrict__ y, const T* __restrict__ dy, T* __restrict__ dx, u32 rows, u32 width) {
    SHARED_BYTES(smem);
    Place at = place_in(blockIdx.x * rows_at_once(), rows, width);
    Operand log(y, at), gradient(dy, at);
    float sum = 0.0f;
    each_pack(at, [&](int slot, u32 i) {
        float g[kWidth];
        gradient.get(slot, i, g);
#pragma unroll
        for (int k = 0; k < kWidth; k++) sum += g[k];
    });
    sum = row_reduce<Sum>(sum, (float*)smem);
    T* out = dx + (u64)at.row * width;
    each_pack(at, [&](int slot, u32 i) {
        float v[kWidth], g[kWidth];
        log.get(slot, i, v), gradient.get(slot, i, g);
#pragma unroll
        for (int k = 0; k < kWidth; k++) v[k] = fma_rn(-exp_of(v[k]), sum, g[k]);
        store_elements(out + i, v);
    });
}

EXPORT_KERNELS(softmax_backward, log_softmax_backward)
