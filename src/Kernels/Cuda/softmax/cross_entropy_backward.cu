// dx = dLoss · share · (softmax(x) − target), the target being 1 − ε on the class and ε spread evenly; 0 in ignored rows, NaN in
// rows whose target is no class. Grid: rows, LANES threads or a block each (rows.cuh). 2 · sizeof(T) bytes a logit.
#include "math.cuh"
#include "rows.cuh"

KERNEL(logits)(const T* __restrict__ x, const float* __restrict__ log_sum_exp, const i64* __restrict__ targets,
               const float* __restrict__ d_loss, const float* __restrict__ share, T* __restrict__ dx, u32 rows, u32 width,
               float smoothing, i64 ignored) {
    Place at = place_in(blockIdx.x * rows_at_once(), rows, width);
    if (at.row >= rows) return;
    Operand in(x, at);
    i64 target = targets[at.row];
    bool counts = target != ignored, is_class = target >= 0 && target < (i64)width;
    float slope = !counts ? 0.0f : is_class ? *d_loss * *share : not_a_number();
    float log = log_sum_exp[at.row], even = smoothing / (float)width;
    u32 own = is_class ? (u32)target : width;
    T* out = dx + (u64)at.row * width;
    each_pack(at, [&](int slot, u32 i) {
        float v[kWidth];
        in.get(slot, i, v);
#pragma unroll
        for (int k = 0; k < kWidth; k++) {
            float p = exp_of(v[k] - log) - even;
            if (i + k == own) p -= 1.0f - smoothing;
            v[k] = counts ? slope * p : 0.0f;
        }
        store_elements(out + i, v);
    });
}

EXPORT_KERNELS(logits)
