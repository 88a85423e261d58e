// Cross-entropy of rows of logits with class numbers; with smoothing ε the target is 1 − ε on the class and ε spread evenly.
// loss = ln Σ e^x − x[target] + ε (x[target] − mean x) and ln Σ e^x of each row; the loss is 0 where the target is `ignored`, NaN
// and reported where it is no class. Grid: rows, LANES threads or a block each (rows.cuh). Shared: 128 bytes where a block has one row.
// sizeof(T) bytes a logit while rows stay in registers. Losses and logarithms are f32 whatever T is.
#include "row_exp.cuh"

KERNEL(losses)(const T* __restrict__ x, const i64* __restrict__ targets, float* __restrict__ loss, float* __restrict__ log_sum_exp,
               u32 rows, u32 width, float smoothing, i64 ignored, u64* faults, u64 tag) {
    SHARED_BYTES(smem);
    float* scratch = (float*)smem;
    Place at = place_in(blockIdx.x * rows_at_once(), rows, width);
    Operand in(x, at);
    float sum = 0.0f;
    if (smoothing != 0.0f)
        each_pack(at, [&](int slot, u32 i) {
            float v[kWidth];
            in.get(slot, i, v);
#pragma unroll
            for (int k = 0; k < kWidth; k++) sum += v[k];
        });
    RowExp e = row_exp<false>(in, at, scratch);
    if (smoothing != 0.0f) sum = row_reduce<Sum>(sum, scratch);
    if (at.rank != 0 || at.row >= rows) return;
    float log = log_of(e.sum), value = 0.0f;
    i64 target = targets[at.row];
    if (target != ignored) {
        bool is_class = target >= 0 && target < (i64)width;
        if (!is_class) report_fault(faults, tag, at.row);
        float own = is_class ? to_float(in.row[target]) : not_a_number();
        // From the differences to the largest, which are small where the loss is.
        value = log + (e.shift - own);
        if (smoothing != 0.0f) value += smoothing * (own - sum / (float)width);
    }
    loss[at.row] = value;
    log_sum_exp[at.row] = e.shift + log;
}

EXPORT_KERNELS(losses)
