// dw[o, r, s, c] (+)= sum over n, i, j of dy[n, i, j, o] · x[n, i·sh + r - top, j·sw + s - left, c] as a product of matrices: rows are the
// channels of y, columns (r, s, c), k the pixels of y. Both operands lie across k.
// Grid: x tiles, columns fastest; y parts of k, many, since pixels are many and weights few. Shared: the ring, then the sums.
// Bytes: dy once per tile of columns, x once per tile of rows and tap, from the L2 cache; FLOPs as forward. Sums in f32, rounded once;
// dw is f32 beside halves where the weights are f32.
#include "operands.cuh"

typedef MatrixColumns<kTileM> A;
typedef PixelColumns<kTileN> B;
#if TENSOR
typedef Accumulators Sums;
#else
typedef FloatAccumulators<false, false> Sums;
#endif

template <class E> DEVICE void finish(E* to, float (&v)[kVector], int count, bool accumulate, bool wide) {
    if (accumulate) add_run(v, to, count, wide);
    store_run(to, v, count, wide);
}

KERNEL(__launch_bounds__(kThreads) weight_gradient)(const T* x, const T* second, const T* dy, void* dw, float* workspace, u32* arrived, ConvSizes z,
                                                    i32 parts, i32 accumulate, i32 dw_is_float, i32 wide) {
    const Window window = {x, second, z.height, z.width, z.channels, z.first_channels, z.pixel_x, z.pixel_second, z.upsampled,
                           z.taps_h, z.taps_w, z.out_h, z.out_w, z.stride_h, z.stride_w, -z.pad_top, -z.pad_left, 1};
    const int depth = window.places(z.images), columns = z.taps_h * z.taps_w * z.channels;
    const int across = (columns + kTileN - 1) / kTileN, tile = blockIdx.x;
    const int row0 = tile / across * kTileM, column0 = tile % across * kTileN;
    const Part part((depth + kTileK - 1) / kTileK, blockIdx.y, parts);
    A a(dy, row0, z.results, depth, part.first * kTileK);
    B b(window, z.images, column0, part.first * kTileK);
    Sums sums;
    multiply_tiles(a, b, sums, part.end - part.first);
    if (!join_parts(sums, workspace, arrived, tile, blockIdx.y, parts)) return;
    each_run(sums, [&](int r, int c, float (&v)[kVector]) {
        const int row = row0 + r, column = column0 + c, count = columns - column;
        if (row >= z.results || count <= 0) return;
        const i64 at = (i64)row * columns + column;
        if (dw_is_float) finish(static_cast<float*>(dw) + at, v, count, accumulate, wide);
        else finish(static_cast<T*>(dw) + at, v, count, accumulate, wide);
    });
}

EXPORT_KERNELS(weight_gradient)
