// Adam and AdamW in one pass over many parameters: m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
// p = p (1 - rate decay) - step (m / (sqrt(v) root_scale + epsilon)); average += (1 - d)(p - average); half = p.
// Arrays: 0 p, 1 g, 2 m, 3 v, 4 average or null, 5 half copy or null. TYPE: of p and g; HALF: of the copy. m, v and average are f32.
// Grid: a block a chunk, in strides of the grid. 28 bytes a parameter in f32, 36 with the average, 2 more with the copy.
// Rounded as the processor's kernel rounds (AdamCpu.cs): the same f32 operations in the same order.
// `at` replaces `given` where a captured graph reads numbers that the host refreshes; `found` other than 0 leaves p, m and v as they
// are; `skipped` steps were counted by the host but not made, so that the bias corrections are those of fewer.
#include "tensor_list.cuh"
#include "bias_correction.cuh"

typedef TYPE T;
typedef HALF H;

struct Constants {
    float beta1, rest1, beta2, rest2, penalty, shrink, root_scale, epsilon, step, average_rest, rate, log_beta1, log_beta2, steps;
};

// Field by field, through a register: compilers turn a choice between two addresses into a copy in local memory.
DEVICE Constants constants_of(const Constants& given, const Constants* at) {
    Constants c;
#define PICK(field) c.field = at ? at->field : float_of(bits_of(given.field))
    PICK(beta1), PICK(rest1), PICK(beta2), PICK(rest2), PICK(penalty), PICK(shrink), PICK(root_scale),
    PICK(epsilon), PICK(step), PICK(average_rest), PICK(rate), PICK(log_beta1), PICK(log_beta2), PICK(steps);
#undef PICK
    return c;
}

struct Adam {
    T* p; const T* g; float* m; float* v; float* average; H* half;
    Constants c;
    bool moves;

    template <int N> DEVICE void run(i64 i) {
        Four value = load<N>(p + i);
        if (moves) {
            Four gradient = load<N>(g + i), mean = load<N>(m + i), square = load<N>(v + i);
#pragma unroll
            for (int k = 0; k < N; k++) {
                float x = fma_rn(c.penalty, value.v[k], gradient.v[k]);
                mean.v[k] = fma_rn(c.rest1, x, mul_rn(c.beta1, mean.v[k]));
                square.v[k] = fma_rn(mul_rn(c.rest2, x), x, mul_rn(c.beta2, square.v[k]));
                float root = fma_rn(sqrt_rn(square.v[k]), c.root_scale, c.epsilon);
                value.v[k] = fma_rn(-c.step, div_rn(mean.v[k], root), mul_rn(value.v[k], c.shrink));
            }
            store<N>(p + i, value), store<N>(m + i, mean), store<N>(v + i, square);
            if (half) store<N>(half + i, value);
        }
        if (average) {
            Four old = load<N>(average + i);
#pragma unroll
            for (int k = 0; k < N; k++) old.v[k] = fma_rn(c.average_rest, to_float(from_float<T>(value.v[k])) - old.v[k], old.v[k]);
            store<N>(average + i, old);
        }
    }
};

KERNEL(adam)(const __grid_constant__ TensorList list, const Constants given, const Constants* at, const u32* found, const u32* skipped) {
    Constants c = constants_of(given, at);
    if (skipped && *skipped > 0) {
        float steps = c.steps - (float)*skipped;
        c.step = div_rn(c.rate, one_minus_power(c.log_beta1, steps));
        c.root_scale = div_rn(1.0f, sqrt_rn(one_minus_power(c.log_beta2, steps)));
    }
    bool moves = !found || *found == 0;
    for (u32 chunk = blockIdx.x; chunk < list.chunks; chunk += gridDim.x) {
        ChunkAt here = chunk_at(list, chunk);
        Adam body = {(T*)list.arrays[0][here.tensor], (const T*)list.arrays[1][here.tensor], (float*)list.arrays[2][here.tensor],
                     (float*)list.arrays[3][here.tensor], (float*)list.arrays[4][here.tensor], (H*)list.arrays[5][here.tensor], c, moves};
        bool aligned = is_aligned(body.p) && is_aligned(body.g) && is_aligned(body.m) && is_aligned(body.v) && is_aligned(body.average) && is_aligned(body.half);
        for_elements(here, aligned, body);
    }
}

EXPORT_KERNELS(adam)
