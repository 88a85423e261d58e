// y[n, i, j, o] = sum over r, s, c of x[n, i·sh + r - top, j·sw + s - left, c] · w[o, r, s, c] + bias[o] + row_add[n, o] + residual
// as a product of matrices: rows are pixels of y, columns its channels, k = (r, s, c); the rows of A are read where they lie.
// Grid: x tiles, channels fastest; y parts of k. Shared: the ring, then the sums. Bytes: x, w, y once if they fit the L2 cache;
// 2 · pixels · out · taps · in FLOPs. Sums in f32, rounded once. After Chetlur et al., cuDNN, 2014 (implicit GEMM).
#include "operands.cuh"

typedef PixelRows<kTileM> A;
typedef MatrixRows<kTileN> B;
#if TENSOR
typedef Accumulators Sums;
#else
typedef FloatAccumulators<true, true> Sums;
#endif

KERNEL(__launch_bounds__(kThreads) forward)(const T* x, const T* second, const T* weight, const void* bias, const T* row_add, const T* residual,
                                            T* y, float* workspace, u32* arrived, ConvSizes z, i32 parts, i32 bias_is_float, i32 wide) {
    const Window window = {x, second, z.height, z.width, larger(1, z.channels), z.first_channels, z.pixel_x, z.pixel_second, z.upsampled,
                           z.taps_h, z.taps_w, z.out_h, z.out_w, z.stride_h, z.stride_w, -z.pad_top, -z.pad_left, 1};
    const int rows = window.places(z.images), depth = z.taps_h * z.taps_w * z.channels;
    const int across = (z.results + kTileN - 1) / kTileN, tile = blockIdx.x;
    const int row0 = tile / across * kTileM, column0 = tile % across * kTileN;
    const Part part((depth + kTileK - 1) / kTileK, blockIdx.y, parts);
    A a(window, row0, rows, part.first * kTileK);
    B b(weight, column0, z.results, depth, part.first * kTileK);
    Sums sums;
    multiply_tiles(a, b, sums, part.end - part.first);
    if (!join_parts(sums, workspace, arrived, tile, blockIdx.y, parts)) return;
    const int area = z.out_h * z.out_w;
    each_run(sums, [&](int r, int c, float (&v)[kVector]) {
        const int row = row0 + r, column = column0 + c, count = z.results - column;
        if (row >= rows || count <= 0) return;
        if (bias && bias_is_float) add_run(v, static_cast<const float*>(bias) + column, count, wide);
        if (bias && !bias_is_float) add_run(v, static_cast<const T*>(bias) + column, count, wide);
        if (row_add) add_run(v, row_add + (i64)(row / area) * z.results + column, count, wide);
        if (residual) add_run(v, residual + (i64)row * z.pixel_residual + column, count, wide);
        store_run(y + (i64)row * z.results + column, v, count, wide);
    });
}

EXPORT_KERNELS(forward)
