// Of CENTRED ? layer_norm : rms_norm, with x̂ = (x − mean) · rstd and g = dy · weight:
//   backward: dx = rstd (g − mean(g) − x̂ mean(g x̂)), without centring no mean(g); and while rows stay in registers the sums over
//     the rows of a block of dy · x̂ and dy, partials (blocks, 2, width), which norms/weight_gradient.cu adds up.
//   columns: these partials alone, where rows are too long for that: a thread a column, a block a part of the rows.
// Grid of backward: blocks walk the rows, LANES threads or a block each (rows.cuh). Shared: 128 bytes where a block has one row;
// else, if there are partials, 8 · width bytes for each row that a block works on at once.
// 3 · sizeof(T) bytes an element and the partials. Sums in f32 in a fixed order.
#include "rows.cuh"

KERNEL(backward)(const T* __restrict__ x, const WEIGHT* __restrict__ weight, const float* __restrict__ mean,
                 const float* __restrict__ rstd, const T* __restrict__ dy, T* __restrict__ dx, float* __restrict__ partials, u32 rows,
                 u32 width) {
    SHARED_BYTES(smem);
    float* scratch = (float*)smem;
    float of_weight[kSlots][kWidth], of_bias[kSlots][kWidth];
#pragma unroll
    for (int slot = 0; slot < kSlots; slot++) {
#pragma unroll
        for (int k = 0; k < kWidth; k++) of_weight[slot][k] = of_bias[slot][k] = 0.0f;
    }
    for (u32 first = blockIdx.x * rows_at_once(); first < rows; first += gridDim.x * rows_at_once()) {
        Place at = place_in(first, rows, width);
        Operand in(x, at), gradient(dy, at);
        float m = CENTRED && at.width ? mean[at.row] : 0.0f, r = at.width ? rstd[at.row] : 0.0f;
        float plain = 0.0f, moment = 0.0f;
        each_pack(at, [&](int slot, u32 i) {
            float v[kWidth], g[kWidth], w[kWidth];
            in.get(slot, i, v), gradient.get(slot, i, g);
            load_or(weight, i, 1.0f, w);
#pragma unroll
            for (int k = 0; k < kWidth; k++) {
                float normal = (v[k] - m) * r;
                if (kIsKept) {
                    of_weight[slot][k] = fma_rn(g[k], normal, of_weight[slot][k]);
                    if (CENTRED) of_bias[slot][k] += g[k];
                }
                float slope = g[k] * w[k];
                plain += slope;
                moment = fma_rn(slope, normal, moment);
            }
        });
        float mean_plain = CENTRED ? row_reduce<Sum>(plain, scratch) / (float)width : 0.0f;
        float mean_moment = row_reduce<Sum>(moment, scratch) / (float)width;
        T* out = dx + (u64)at.row * width;
        each_pack(at, [&](int slot, u32 i) {
            float v[kWidth], g[kWidth], w[kWidth];
            in.get(slot, i, v), gradient.get(slot, i, g);
            load_or(weight, i, 1.0f, w);
#pragma unroll
            for (int k = 0; k < kWidth; k++) {
                float normal = (v[k] - m) * r;
                v[k] = r * fma_rn(-normal, mean_moment, g[k] * w[k] - mean_plain);
            }
            store_elements(out + i, v);
        });
    }
    if (!kIsKept || partials == nullptr) return;
    float* mine = partials + (u64)blockIdx.x * 2 * width;
    Place own = place_in(0, rows_at_once(), width);  // of the columns: the same for every row
    if (LANES > 0) mine = scratch + own.row * 2 * width;
    each_pack(own, [&](int slot, u32 i) {
#pragma unroll
        for (int k = 0; k < kWidth; k++) {
            mine[i + k] = of_weight[slot][k];
            mine[width + i + k] = of_bias[slot][k];
        }
    });
    if (LANES == 0) return;
    block_sync();
    for (u32 i = threadIdx.x; i < 2 * width; i += blockDim.x) {
        float sum = 0.0f;
        for (u32 row = 0; row < rows_at_once(); row++) sum += scratch[row * 2 * width + i];
        partials[(u64)blockIdx.x * 2 * width + i] = sum;
    }
}

constexpr int kAhead = 4;                            // rows whose loads are under way together

KERNEL(columns)(const T* __restrict__ x, const float* __restrict__ mean, const float* __restrict__ rstd, const T* __restrict__ dy,
                float* __restrict__ partials, u32 rows, u32 width, u32 part) {
    u32 column = thread_id(), first = blockIdx.y * part, last = smaller(rows, first + part);
    if (column >= width) return;
    float of_weight = 0.0f, of_bias = 0.0f;
    for (u32 row = first; row < last; row += kAhead) {
        float g[kAhead], normal[kAhead];
#pragma unroll
        for (int n = 0; n < kAhead; n++) {
            u32 from = smaller(row + n, last - 1);
            u64 at = (u64)from * width + column;
            g[n] = row + n < last ? to_float(dy[at]) : 0.0f;
            normal[n] = (to_float(x[at]) - (CENTRED ? mean[from] : 0.0f)) * rstd[from];
        }
#pragma unroll
        for (int n = 0; n < kAhead; n++) of_weight = fma_rn(g[n], normal[n], of_weight), of_bias += g[n];
    }
    partials[(u64)blockIdx.y * 2 * width + column] = of_weight;
    partials[((u64)blockIdx.y * 2 + 1) * width + column] = of_bias;
}

EXPORT_KERNELS(backward, columns)
