// dWeight and dBias, each (width), from partials (parts, 2, width), or added to what they hold; one that is null is not wanted.
// Grid: a block a group of 32 columns, 8 threads a column, whose sums are added in their order. Shared: 2 KiB.
#include "prelude.cuh"

typedef WEIGHT W;

DEVICE void put(W* gradient, u32 column, float sum, u32 accumulate) {
    if (gradient) gradient[column] = from_float<W>(accumulate ? to_float(gradient[column]) + sum : sum);
}

KERNEL(add_up)(const float* __restrict__ partials, W* d_weight, W* d_bias, u32 parts, u32 width, u32 accumulate_weight,
               u32 accumulate_bias) {
    SHARED_BYTES(smem);
    float* sums = (float*)smem;                      // (2, 8, 32)
    u32 lane = threadIdx.x % 32, share = threadIdx.x / 32, column = blockIdx.x * 32 + lane;
    float of_weight = 0.0f, of_bias = 0.0f;
    if (column < width) {
#pragma unroll 4
        for (u32 part = share; part < parts; part += 8) {
            of_weight += partials[(u64)part * 2 * width + column];
            if (d_bias) of_bias += partials[((u64)part * 2 + 1) * width + column];
        }
    }
    sums[threadIdx.x] = of_weight, sums[256 + threadIdx.x] = of_bias;
    block_sync();
    if (share != 0 || column >= width) return;
    for (u32 other = 1; other < 8; other++) of_weight += sums[other * 32 + lane], of_bias += sums[256 + other * 32 + lane];
    put(d_weight, column, of_weight, accumulate_weight);
    put(d_bias, column, of_bias, accumulate_bias);
}

EXPORT_KERNELS(add_up)
