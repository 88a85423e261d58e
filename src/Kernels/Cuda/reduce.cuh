// Sums and maxima over a warp and a block, always in the same order.
#pragma once
#include "prelude.cuh"

struct Sum {
    static DEVICE float of(float a, float b) { return a + b; }
    static DEVICE float start() { return 0.0f; }
};

// NaN wins: what is searched for must show.
struct Max {
    static DEVICE float of(float a, float b) { return is_nan(a) || a > b ? a : b; }
    static DEVICE float start() { return -infinity(); }
};

template <class Fold> DEVICE float warp_reduce(float v) {
    for (u32 d = 16; d; d >>= 1) v = Fold::of(v, shfl_xor(v, d));
    return v;
}

/// Every thread gets the result. The block is whole warps; scratch: 32 floats of shared memory, free again at once.
template <class Fold> DEVICE float block_reduce(float v, float* scratch) {
    v = warp_reduce<Fold>(v);
    u32 warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = blockDim.x / 32;
    block_sync();                                    // scratch may still be read from the call before
    if (lane == 0) scratch[warp] = v;
    block_sync();
    return warp_reduce<Fold>(lane < warps ? scratch[lane] : Fold::start());
}
