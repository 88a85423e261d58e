// CENTRED: layer_norm, y = (x − mean) · rstd · weight + bias; else rms_norm, y = x · rstd · weight; over rows of `width` elements,
// rstd = 1 / √(variance + ε), the variance about the mean or about 0. Weight and bias may be missing; WEIGHT: their type.
// Grid: rows, LANES threads or a block each (rows.cuh). Shared: 128 bytes where a block has one row.
// 2 · sizeof(T) bytes an element while rows stay in registers. Two passes in f32; mean and rstd are f32 whatever T is.
#include "rows.cuh"

KERNEL(forward)(const T* __restrict__ x, const WEIGHT* __restrict__ weight, const WEIGHT* __restrict__ bias, T* __restrict__ y,
                float* __restrict__ mean, float* __restrict__ rstd, u32 rows, u32 width, float epsilon) {
    SHARED_BYTES(smem);
    float* scratch = (float*)smem;
    Place at = place_in(blockIdx.x * rows_at_once(), rows, width);
    Operand in(x, at);
    float center = 0.0f, gaps = 0.0f, squares = 0.0f, count = (float)width;
    if (CENTRED) {
        each_pack(at, [&](int slot, u32 i) {
            float v[kWidth];
            in.get(slot, i, v);
#pragma unroll
            for (int k = 0; k < kWidth; k++) center += v[k];
        });
        center = div_rn(row_reduce<Sum>(center, scratch), count);
    }
    each_pack(at, [&](int slot, u32 i) {
        float v[kWidth];
        in.get(slot, i, v);
#pragma unroll
        for (int k = 0; k < kWidth; k++) {
            float gap = v[k] - center;
            if (CENTRED) gaps += gap;
            squares = fma_rn(gap, gap, squares);
        }
    });
    // What rounding took from the mean is given back after the scaling.
    float residual = CENTRED ? div_rn(row_reduce<Sum>(gaps, scratch), count) : 0.0f;
    float variance = fma_rn(-residual, residual, div_rn(row_reduce<Sum>(squares, scratch), count));
    float r = div_rn(1.0f, sqrt_rn(variance + epsilon)), shift = -residual * r;
    if (at.rank == 0 && at.row < rows) {
        if (CENTRED) mean[at.row] = center + residual;
        rstd[at.row] = r;
    }
    T* out = y + (u64)at.row * width;
    each_pack(at, [&](int slot, u32 i) {
        float v[kWidth], w[kWidth], b[kWidth];
        in.get(slot, i, v);
        load_or(weight, i, 1.0f, w);
        if (CENTRED) load_or(bias, i, 0.0f, b);
#pragma unroll
        for (int k = 0; k < kWidth; k++) {
            v[k] = CENTRED ? fma_rn(fma_rn(v[k] - center, r, shift), w[k], b[k]) : v[k] * r * w[k];
        }
        store_elements(out + i, v);
    });
}

EXPORT_KERNELS(forward)
