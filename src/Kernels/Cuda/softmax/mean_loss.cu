// share = 1 / rows whose target is not `ignored`, loss = share · Σ losses; both 0 where no row counts.
// One block, whose threads add in a fixed order; shared: 128 bytes. 12 bytes a row.
#include "reduce.cuh"

KERNEL(mean_loss)(const float* __restrict__ losses, const i64* __restrict__ targets, float* __restrict__ loss, float* __restrict__ share,
                  u32 rows, i64 ignored) {
    SHARED_BYTES(smem);
    float* scratch = (float*)smem;
    float sum = 0.0f, lost = 0.0f;                   // Kahan's: a thread may add many
    u32 counted = 0;
    for (u32 row = threadIdx.x; row < rows; row += blockDim.x) {
        float term = losses[row] - lost, total = sum + term;
        lost = (total - sum) - term, sum = total;
        counted += targets[row] != ignored;
    }
    sum = block_reduce<Sum>(sum - lost, scratch);
    float count = block_reduce<Sum>((float)counted, scratch);
    if (threadIdx.x != 0) return;
    *share = count == 0.0f ? 0.0f : div_rn(1.0f, count);
    *loss = count == 0.0f ? 0.0f : div_rn(sum, count);
}

EXPORT_KERNELS(mean_loss)
