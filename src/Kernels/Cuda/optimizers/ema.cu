// average += (1 - decay)(p - average) over many parameters, which leaves an average exact where it equals p.
// Arrays: 0 p, 1 average. TYPE: of p; averages are f32. Grid: as adam.cu. 12 bytes a parameter.
#include "tensor_list.cuh"

typedef TYPE T;

struct Ema {
    const T* p; float* average;
    float rest;

    template <int N> DEVICE void run(i64 i) {
        Four value = load<N>(p + i), old = load<N>(average + i);
#pragma unroll
        for (int k = 0; k < N; k++) old.v[k] = fma_rn(rest, value.v[k] - old.v[k], old.v[k]);
        store<N>(average + i, old);
    }
};

KERNEL(ema)(const __grid_constant__ TensorList list, float given, const float* at) {
    float rest = at ? *at : given;
    for (u32 chunk = blockIdx.x; chunk < list.chunks; chunk += gridDim.x) {
        ChunkAt here = chunk_at(list, chunk);
        Ema body = {(const T*)list.arrays[0][here.tensor], (float*)list.arrays[1][here.tensor], rest};
        for_elements(here, is_aligned(body.p) && is_aligned(body.average), body);
    }
}

EXPORT_KERNELS(ema)
