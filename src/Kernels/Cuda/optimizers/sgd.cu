// Gradient descent with momentum over many parameters, as PyTorch defines it: b = mu b + (1 - d) g; p = p - rate b, or
// p - rate (g + mu b) with Nesterov. Arrays: 0 p, 1 g, 2 b or null. TYPE: of p and g; b is f32. Grid: as adam.cu. 12 to 20 bytes a parameter.
#include "tensor_list.cuh"

typedef TYPE T;

struct Constants { float rate, decay, momentum, share, first; };

// Field by field, through a register: compilers turn a choice between two addresses into a copy in local memory.
DEVICE Constants constants_of(const Constants& given, const Constants* at) {
    Constants c;
#define PICK(field) c.field = at ? at->field : float_of(bits_of(given.field))
    PICK(rate), PICK(decay), PICK(momentum), PICK(share), PICK(first);
#undef PICK
    return c;
}

struct Sgd {
    T* p; const T* g; float* b;
    Constants c;

    template <int N> DEVICE void run(i64 i) {
        Four value = load<N>(p + i), gradient = load<N>(g + i), mean = {{0.0f, 0.0f, 0.0f, 0.0f}};
        if (b && c.first == 0.0f) mean = load<N>(b + i);
#pragma unroll
        for (int k = 0; k < N; k++) {
            float step = fma_rn(c.decay, value.v[k], gradient.v[k]);
            if (b) {
                float fresh = mul_rn(c.share, step);
                mean.v[k] = c.first != 0.0f ? fresh : fma_rn(c.momentum, mean.v[k], fresh);
                step = NESTEROV ? fma_rn(c.momentum, mean.v[k], step) : mean.v[k];
            }
            value.v[k] = fma_rn(-c.rate, step, value.v[k]);
        }
        if (b) store<N>(b + i, mean);
        store<N>(p + i, value);
    }
};

KERNEL(sgd)(const __grid_constant__ TensorList list, const Constants given, const Constants* at, const u32* found) {
    if (found && *found != 0) return;
    Constants c = constants_of(given, at);
    for (u32 chunk = blockIdx.x; chunk < list.chunks; chunk += gridDim.x) {
        ChunkAt here = chunk_at(list, chunk);
        Sgd body = {(T*)list.arrays[0][here.tensor], (const T*)list.arrays[1][here.tensor], (float*)list.arrays[2][here.tensor], c};
        for_elements(here, is_aligned(body.p) && is_aligned(body.g) && is_aligned(body.b), body);
    }
}

EXPORT_KERNELS(sgd)
