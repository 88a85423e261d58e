// Group normalisation of channels-last images (group_norm.cuh), SILU: then y = z · sigmoid(z).
//   statistics: means and sums of squared gaps, of each channel of a slab, then of each group of a slab. Welford's recurrence from the
//     first pixel, so that a mean far from 0 costs no digits; then combined about their common mean (Chan et al., 1983).
//   apply: folds the slabs of an image, then x → y. Blocks along y: more channels than one block takes.
// Grid: a block a slab. Shared: statistics 8 bytes for each thread's channel, apply 8 bytes a group of the block's channels.
// 3 · sizeof(T) bytes an element, of which the second reading finds in L2 what fits there. All in f32, in a fixed order.
#include "group_norm.cuh"

struct Moments { float mean, squares; };

KERNEL(statistics)(const T* __restrict__ x, Moments* of_channels, Moments* __restrict__ of_groups, const GroupNorm s) {
    SHARED_BYTES(smem);
    Moments* scratch = (Moments*)smem;               // (down, kWidth, across)
    Slab slab(s);
    u32 packs = s.channels / kWidth, pixels = slab.last - slab.first;
    Moments* own = of_channels + (u64)blockIdx.x * s.channels;
    for (u32 first = 0; first < packs; first += s.across) {
        u32 channel = (first + slab.lane) * kWidth;
        bool works = slab.works && first + slab.lane < packs;
        float origin[kWidth], mean[kWidth], squares[kWidth], count = 0.0f;
#pragma unroll
        for (int k = 0; k < kWidth; k++) origin[k] = mean[k] = squares[k] = 0.0f;
        if (works && slab.first + slab.row < slab.last) {
            load_elements(x + slab.offset(s, slab.first + slab.row, channel), origin);
            each_pixel(s, slab, channel, x, [&](const float(&v)[kWidth], u32) {
                count += 1.0f;
                float part = div_rn(1.0f, count);
#pragma unroll
                for (int k = 0; k < kWidth; k++) {
                    float d = v[k] - origin[k], gap = d - mean[k];
                    mean[k] = fma_rn(gap, part, mean[k]);
                    squares[k] = fma_rn(gap, d - mean[k], squares[k]);
                }
            });
        }
        block_sync();                                // scratch may still be read for the channels before
        if (works) {
#pragma unroll
            for (int k = 0; k < kWidth; k++)
                scratch[(slab.row * kWidth + k) * s.across + slab.lane] = {origin[k] + mean[k], squares[k]};
        }
        block_sync();
        for (u32 i = threadIdx.x; i < kWidth * s.across; i += blockDim.x) {
            u32 lane = i / kWidth, k = i % kWidth;
            if (first + lane >= packs) break;
            float origin = scratch[k * s.across + lane].mean, gaps = 0.0f, squares = 0.0f;
            for (u32 row = 0; row < smaller(s.down, pixels); row++) {
                float weight = (float)((pixels - row + s.down - 1) / s.down);
                gaps = fma_rn(weight, scratch[(row * kWidth + k) * s.across + lane].mean - origin, gaps);
            }
            float mean = div_rn(gaps, (float)pixels);
            for (u32 row = 0; row < smaller(s.down, pixels); row++) {
                Moments m = scratch[(row * kWidth + k) * s.across + lane];
                float weight = (float)((pixels - row + s.down - 1) / s.down), gap = m.mean - origin - mean;
                squares += fma_rn(weight * gap, gap, m.squares);
            }
            own[first * kWidth + i] = {origin + mean, squares};
        }
    }
    block_sync();                                    // own is read by other threads than wrote it
    u32 width = s.channels / s.groups, lane = threadIdx.x % 32;
    for (u32 group = threadIdx.x / 32; group < s.groups; group += blockDim.x / 32) {
        const Moments* from = own + group * width;
        float origin = from[0].mean, gaps = 0.0f, squares = 0.0f;
        for (u32 c = lane; c < width; c += 32) gaps += from[c].mean - origin;
        float mean = div_rn(warp_reduce<Sum>(gaps), (float)width);
        for (u32 c = lane; c < width; c += 32) {
            float gap = from[c].mean - origin - mean;
            squares += fma_rn((float)pixels * gap, gap, from[c].squares);
        }
        squares = warp_reduce<Sum>(squares);
        if (lane == 0) of_groups[(u64)blockIdx.x * s.groups + group] = {origin + mean, squares};
    }
}

KERNEL(apply)(const T* __restrict__ x, const Operands operands, const Moments* __restrict__ of_groups, T* __restrict__ y,
              float* __restrict__ mean, float* __restrict__ rstd, const GroupNorm s, float epsilon) {
    SHARED_BYTES(smem);
    Slab slab(s);
    u32 width = s.channels / s.groups, begin = blockIdx.y * s.across * kWidth;
    u32 end = smaller(s.channels, begin + s.across * kWidth), first_group = begin / width, last_group = (end - 1) / width;
    float *means = (float*)smem, *rstds = means + (last_group - first_group + 1);
    u32 lane = threadIdx.x % 32;
    for (u32 group = first_group + threadIdx.x / 32; group <= last_group; group += blockDim.x / 32) {
        const Moments* from = of_groups + (u64)slab.image * s.slabs * s.groups + group;
        float origin = from[0].mean, gaps = 0.0f, squares = 0.0f;
        for (u32 i = lane; i < s.slabs; i += 32)
            gaps = fma_rn((float)smaller(s.slab_pixels, s.pixels - i * s.slab_pixels), from[i * s.groups].mean - origin, gaps);
        float center = div_rn(warp_reduce<Sum>(gaps), (float)s.pixels);
        for (u32 i = lane; i < s.slabs; i += 32) {
            Moments m = from[i * s.groups];
            float count = (float)(smaller(s.slab_pixels, s.pixels - i * s.slab_pixels) * width), gap = m.mean - origin - center;
            squares += fma_rn(count * gap, gap, m.squares);
        }
        float variance = div_rn(warp_reduce<Sum>(squares), (float)s.pixels * (float)width);
        if (lane == 0) {
            float m = origin + center, r = div_rn(1.0f, sqrt_rn(variance + epsilon));
            means[group - first_group] = m, rstds[group - first_group] = r;
            if (slab.first == 0 && group * width >= begin) {
                mean[slab.image * s.groups + group] = m;
                rstd[slab.image * s.groups + group] = r;
            }
        }
    }
    block_sync();
    u32 channel = begin + slab.lane * kWidth;
    if (!slab.works || channel >= end) return;
    Affine a;
    a.load(s, operands, slab.image, channel, means, rstds, first_group);
    each_pixel(s, slab, channel, x, [&](const float(&v)[kWidth], u32 pixel) {
        float out[kWidth];
#pragma unroll
        for (int k = 0; k < kWidth; k++) {
            float z = fma_rn(v[k] - a.mean[k], a.factor[k], a.addend[k]);
            out[k] = SILU ? z * sigmoid_for<T>(z) : z;
        }
        store_elements(y + slab.offset(s, pixel, channel), out);
    });
}

EXPORT_KERNELS(statistics, apply)
