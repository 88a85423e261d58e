// Joint norm of many gradients, scaling them, and loss scaling; nothing of it waits for the host. TYPE: of the gradients (array 0).
// squares: the sum of squares of each chunk, by a block; norm: one block adds them. Both in f32 and in an order that the sizes alone fix.
// Bytes: the gradients once for the norm; once more and back only where the norm is above the limit.
#include "reduce.cuh"
#include "tensor_list.cuh"

typedef TYPE T;

struct Squares {
    const T* g;
    float sum;

    template <int N> DEVICE void run(i64 i) {
        Four x = load<N>(g + i);
#pragma unroll
        for (int k = 0; k < N; k++) sum = fma_rn(x.v[k], x.v[k], sum);
    }
};

// Shared memory: 32 floats.
KERNEL(squares)(const __grid_constant__ TensorList list, float* partials) {
    SHARED_BYTES(smem);
    for (u32 chunk = blockIdx.x; chunk < list.chunks; chunk += gridDim.x) {
        ChunkAt here = chunk_at(list, chunk);
        Squares body = {(const T*)list.arrays[0][here.tensor], 0.0f};
        for_elements(here, is_aligned(body.g), body);
        float sum = block_reduce<Sum>(body.sum, reinterpret_cast<float*>(smem));
        if (threadIdx.x == 0) partials[chunk] = sum;
    }
}

/// norm = sqrt(sum of partials); factor = limit / (norm + 1e-6) where that is below 1, else 1. A NaN scales. One block; 32 floats.
KERNEL(norm)(const float* __restrict__ partials, float* __restrict__ norm_out, float* __restrict__ factor, i64 count, float limit) {
    SHARED_BYTES(smem);
    float sum = 0.0f;
    for (i64 i = threadIdx.x; i < count; i += blockDim.x) sum += partials[i];
    sum = block_reduce<Sum>(sum, reinterpret_cast<float*>(smem));
    if (threadIdx.x != 0) return;
    float norm = sqrt_rn(sum), scale = div_rn(limit, norm + 1e-6f);
    *norm_out = norm;
    *factor = scale >= 1.0f ? 1.0f : scale;
}

struct Scale {
    T* g;
    float factor;
    bool is_finite_all;

    template <int N> DEVICE void run(i64 i) {
        Four x = load<N>(g + i);
#pragma unroll
        for (int k = 0; k < N; k++) {
            x.v[k] *= factor;
            is_finite_all = is_finite_all && is_finite(x.v[k]);
        }
        store<N>(g + i, x);
    }
};

KERNEL(scale)(const __grid_constant__ TensorList list, const float* __restrict__ factor) {
    float by = *factor;
    if (by == 1.0f) return;
    for (u32 chunk = blockIdx.x; chunk < list.chunks; chunk += gridDim.x) {
        ChunkAt here = chunk_at(list, chunk);
        Scale body = {(T*)list.arrays[0][here.tensor], by, true};
        for_elements(here, is_aligned(body.g), body);
    }
}

/// g = g / scale; found counts the warps that met NaN or infinity.
KERNEL(unscale)(const __grid_constant__ TensorList list, const float* __restrict__ scale, u32* found) {
    float by = div_rn(1.0f, *scale);
    bool finite = true;
    for (u32 chunk = blockIdx.x; chunk < list.chunks; chunk += gridDim.x) {
        ChunkAt here = chunk_at(list, chunk);
        Scale body = {(T*)list.arrays[0][here.tensor], by, true};
        for_elements(here, is_aligned(body.g), body);
        finite = finite && body.is_finite_all;
    }
    if (warp_ballot(!finite) != 0 && threadIdx.x % 32 == 0) atomic_add(found, 1);
}

/// PyTorch's rule: backs off after a step that was skipped, grows after `interval` steps that were not. One thread.
/// counts: 0 what unscale found, 1 steps since the scale changed, 2 steps skipped.
KERNEL(update_scale)(float* scale, u32* counts, float growth, float backoff, u32 interval) {
    if (thread_id() != 0) return;
    if (counts[0] != 0) {
        *scale = mul_rn(*scale, backoff);
        counts[1] = 0, counts[2]++;
    } else if (++counts[1] == interval) {
        float grown = mul_rn(*scale, growth);
        if (is_finite(grown)) *scale = grown;
        counts[1] = 0;
    }
    counts[0] = 0;
}

EXPORT_KERNELS(squares, norm, scale, unscale, update_scale)
