// Gradients of group normalisation (group_norm.cuh). With dz the gradient before the activation (z is computed again from x) and
// g = weight · (1 + scale): per channel Σ dz and Σ dz · x̂ give those of all parameters, and
//   dx = rstd (g dz − mean(g dz) − x̂ mean(g dz x̂)), means over the group.
//   sums: Σ dz and Σ dz (x − mean) of each channel of a slab. Blocks along y: more channels than one block takes.
//   totals: a block a group of an image: adds the slabs; dScale, dShift; what each image adds to dWeight and dBias, as
//     partials (N, 2, C) for norms/weight_gradient.cu; and the group's mean(g dz) and mean(g dz x̂), times rstd.
//   inputs: x, dy → dx. Grid and threads as sums.
// Shared: sums 8 bytes for each thread's channel; totals 128 bytes. 5 · sizeof(T) bytes an element, less what L2 holds.
#include "group_norm.cuh"

struct Sums { float plain, moment; };

/// From dy of a pixel to dz, from x to x − mean.
DEVICE void differentiate(float (&d)[kWidth], float (&dz)[kWidth], const Affine& a) {
#pragma unroll
    for (int k = 0; k < kWidth; k++) {
        d[k] -= a.mean[k];
        if (SILU) {
            float z = fma_rn(d[k], a.factor[k], a.addend[k]), p = sigmoid_for<T>(z);
            dz[k] *= p * fma_rn(z, 1.0f - p, 1.0f);
        }
    }
}

/// Calls use(x − mean, dz, pixel) for the thread's pixels of a slab; the loads of two pixels are under way together.
template <class F>
DEVICE void each_gradient(const GroupNorm& s, const Slab& slab, u32 channel, const T* x, const T* dy, const Affine& a, F use) {
    constexpr u32 ahead = kAhead / 2;
    u32 pixel = slab.first + slab.row;
    for (; pixel + (ahead - 1) * s.down < slab.last; pixel += ahead * s.down) {
        float d[ahead][kWidth], dz[ahead][kWidth];
#pragma unroll
        for (u32 n = 0; n < ahead; n++) {
            u64 at = slab.offset(s, pixel + n * s.down, channel);
            load_elements(x + at, d[n]), load_elements(dy + at, dz[n]);
        }
#pragma unroll
        for (u32 n = 0; n < ahead; n++) {
            differentiate(d[n], dz[n], a);
            use(d[n], dz[n], pixel + n * s.down);
        }
    }
    if (pixel < slab.last) {                         // one is left at most
        float d[kWidth], dz[kWidth];
        u64 at = slab.offset(s, pixel, channel);
        load_elements(x + at, d), load_elements(dy + at, dz);
        differentiate(d, dz, a);
        use(d, dz, pixel);
    }
}

KERNEL(sums)(const T* __restrict__ x, const Operands operands, const float* __restrict__ mean, const float* __restrict__ rstd,
             const T* __restrict__ dy, Sums* __restrict__ of_slabs, const GroupNorm s) {
    SHARED_BYTES(smem);
    Sums* scratch = (Sums*)smem;                     // (down, kWidth, across)
    Slab slab(s);
    u32 channel = (blockIdx.y * s.across + slab.lane) * kWidth;
    if (slab.works) {
        float plain[kWidth], moment[kWidth];
#pragma unroll
        for (int k = 0; k < kWidth; k++) plain[k] = moment[k] = 0.0f;
        if (channel < s.channels) {
            Affine a;
            a.load(s, operands, slab.image, channel, mean + slab.image * s.groups, rstd + slab.image * s.groups, 0);
            each_gradient(s, slab, channel, x, dy, a, [&](const float(&d)[kWidth], const float(&dz)[kWidth], u32) {
#pragma unroll
                for (int k = 0; k < kWidth; k++) plain[k] += dz[k], moment[k] = fma_rn(dz[k], d[k], moment[k]);
            });
        }
#pragma unroll
        for (int k = 0; k < kWidth; k++) scratch[(slab.row * kWidth + k) * s.across + slab.lane] = {plain[k], moment[k]};
    }
    block_sync();
    u32 begin = blockIdx.y * s.across * kWidth;
    for (u32 i = threadIdx.x; i < kWidth * s.across && begin + i < s.channels; i += blockDim.x) {
        u32 lane = i / kWidth, k = i % kWidth;
        Sums sum = {0.0f, 0.0f};
        for (u32 row = 0; row < s.down; row++) {
            Sums more = scratch[(row * kWidth + k) * s.across + lane];
            sum.plain += more.plain, sum.moment += more.moment;
        }
        of_slabs[(u64)blockIdx.x * s.channels + begin + i] = sum;
    }
}

// `lanes` neighbouring threads, a power of two up to 32, share the slabs of a channel.
KERNEL(totals)(const Sums* __restrict__ of_slabs, const Operands operands, const float* __restrict__ rstd, MODULATION* __restrict__ d_scale,
               MODULATION* __restrict__ d_shift, float* __restrict__ of_images, Sums* __restrict__ of_groups, const GroupNorm s, u32 lanes) {
    SHARED_BYTES(smem);
    u32 image = blockIdx.x / s.groups, width = s.channels / s.groups, begin = (blockIdx.x - image * s.groups) * width;
    u32 lane = threadIdx.x % lanes, at_once = blockDim.x / lanes;
    float r = rstd[blockIdx.x], plain = 0.0f, moment = 0.0f;
    for (u32 first = 0; first < width; first += at_once) {
        u32 channel = begin + first + threadIdx.x / lanes;
        bool works = channel < begin + width;
        Sums sum = {0.0f, 0.0f};
        for (u32 slab = lane; works && slab < s.slabs; slab += lanes) {
            Sums more = of_slabs[((u64)image * s.slabs + slab) * s.channels + channel];
            sum.plain += more.plain, sum.moment += more.moment;
        }
        for (u32 d = lanes / 2; d; d >>= 1) sum.plain += shfl_xor(sum.plain, d), sum.moment += shfl_xor(sum.moment, d);
        if (!works || lane != 0) continue;
        sum.moment *= r;
        u64 at = (u64)image * s.channels + channel;
        float weight = operands.weight ? to_float(operands.weight[channel]) : 1.0f;
        float bias = operands.bias ? to_float(operands.bias[channel]) : 0.0f;
        float gain = operands.scale ? 1.0f + to_float(operands.scale[at]) : 1.0f;
        if (d_scale) d_scale[at] = from_float<MODULATION>(fma_rn(weight, sum.moment, bias * sum.plain));
        if (d_shift) d_shift[at] = from_float<MODULATION>(sum.plain);
        if (of_images) {
            of_images[(u64)image * 2 * s.channels + channel] = gain * sum.moment;
            of_images[((u64)image * 2 + 1) * s.channels + channel] = gain * sum.plain;
        }
        plain = fma_rn(weight * gain, sum.plain, plain), moment = fma_rn(weight * gain, sum.moment, moment);
    }
    plain = block_reduce<Sum>(plain, (float*)smem), moment = block_reduce<Sum>(moment, (float*)smem);
    float part = div_rn(r, (float)s.pixels * (float)width);
    if (threadIdx.x == 0) of_groups[blockIdx.x] = {plain * part, moment * part};
}

KERNEL(inputs)(const T* __restrict__ x, const Operands operands, const float* __restrict__ mean, const float* __restrict__ rstd,
               const Sums* __restrict__ of_groups, const T* __restrict__ dy, T* __restrict__ dx, const GroupNorm s) {
    Slab slab(s);
    u32 channel = (blockIdx.y * s.across + slab.lane) * kWidth;
    if (!slab.works || channel >= s.channels) return;
    Affine a;
    a.load(s, operands, slab.image, channel, mean + slab.image * s.groups, rstd + slab.image * s.groups, 0);
    float level[kWidth], slope[kWidth];
#pragma unroll
    for (u32 k = 0; k < kWidth; k++) {
        u32 group = slab.image * s.groups + (channel + k) / (s.channels / s.groups);
        level[k] = of_groups[group].plain, slope[k] = of_groups[group].moment * rstd[group];
    }
    each_gradient(s, slab, channel, x, dy, a, [&](const float(&d)[kWidth], const float(&dz)[kWidth], u32 pixel) {
        float out[kWidth];
#pragma unroll
        for (int k = 0; k < kWidth; k++) out[k] = fma_rn(-d[k], slope[k], fma_rn(dz[k], a.factor[k], -level[k]));
        store_elements(dx + slab.offset(s, pixel, channel), out);
    });
}

EXPORT_KERNELS(sums, totals, inputs)
