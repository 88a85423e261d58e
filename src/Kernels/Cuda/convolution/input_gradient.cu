// dx[n, i·sh + r - top, j·sw + s - left, c] (+)= sum over o of dy[n, i, j, o] · w[o, r, s, c], gathered: a pixel of dx sees those taps
// whose distance to it is a whole number of strides. Pixels that see the same taps are a class (Z of the grid, sh · sw of them), and
// each class is a product of matrices without a stride: rows are its pixels, columns the channels of x, k = (r, s, o). Weights are
// read as they lie, across k.
// Grid: x tiles, channels fastest; y parts of k; z classes. Shared: the ring, then the sums. Bytes: dy, w, dx once if they fit the L2
// cache; FLOPs as forward. Sums in f32, rounded once.
#include "operands.cuh"

typedef PixelRows<kTileM> A;
typedef WeightColumns<kTileN> B;
#if TENSOR
typedef Accumulators Sums;
#else
typedef FloatAccumulators<true, false> Sums;
#endif

/// The pixels of a class along one axis, and the taps they see.
struct Class {
    i32 start, places, first_tap, taps, first;

    DEVICE Class(int which, int stride, int length, int kernel, int pad) {
        start = which, places = start < length ? (length - start + stride - 1) / stride : 0;
        first_tap = (start + pad) % stride, taps = first_tap < kernel ? (kernel - first_tap + stride - 1) / stride : 0;
        first = (start + pad - first_tap) / stride;
    }
};

KERNEL(__launch_bounds__(kThreads) input_gradient)(const T* dy, const T* weight, T* dx, float* workspace, u32* arrived, ConvSizes z, i32 parts,
                                                   i32 accumulate, i32 wide) {
    const Class down(blockIdx.z / z.stride_w, z.stride_h, z.height, z.taps_h, z.pad_top);
    const Class across(blockIdx.z % z.stride_w, z.stride_w, z.width, z.taps_w, z.pad_left);
    const Window window = {dy, nullptr, z.out_h, z.out_w, z.results, z.results, z.results, 0, 0,
                           across.taps > 0 ? down.taps : 0, larger(1, across.taps), down.places, larger(1, across.places), 1, 1, down.first, across.first, -1};
    const int rows = across.places > 0 ? window.places(z.images) : 0, depth = down.taps * across.taps * z.results;
    const int tiles_n = (z.channels + kTileN - 1) / kTileN, tile = blockIdx.x;
    const int row0 = tile / tiles_n * kTileM, column0 = tile % tiles_n * kTileN;
    if (row0 >= rows) return;                        // a class of fewer pixels than the largest
    const Part part((depth + kTileK - 1) / kTileK, blockIdx.y, parts);
    A a(window, row0, rows, part.first * kTileK);
    B b(weight, column0, z.channels, z.results, window.taps_h, window.taps_w, z.taps_h * z.taps_w, down.first_tap * z.taps_w + across.first_tap,
        z.stride_h * z.taps_w, z.stride_w, part.first * kTileK);
    Sums sums;
    multiply_tiles(a, b, sums, part.end - part.first);
    if (!join_parts(sums, workspace, arrived, tile + blockIdx.z * gridDim.x, blockIdx.y, parts)) return;
    each_run(sums, [&](int r, int c, float (&v)[kVector]) {
        const int row = row0 + r, column = column0 + c, count = z.channels - column;
        if (row >= rows || count <= 0) return;
        const Digits place(row, window.places_w, window.places_h);
        const i64 pixel = ((i64)place.high * z.height + down.start + place.middle * z.stride_h) * z.width + across.start + place.low * z.stride_w;
        T* to = dx + pixel * z.channels + column;
        if (accumulate) add_run(v, to, count, wide);
        store_run(to, v, count, wide);
    });
}

EXPORT_KERNELS(input_gradient)
