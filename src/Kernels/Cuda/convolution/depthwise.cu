// Each channel has taps of its own, w[c, r, s]: y[n, i, j, c] = sum over r, s of x[n, i·sh + r - top, j·sw + s - left, c] · w[c, r, s]
// (+ bias, row_add, residual), its input gradient, which gathers the taps a whole number of strides away, and its weight gradient.
// TYPE; VECTOR: channels of a thread, neighbouring lanes have neighbouring channels. Bytes: each operand once, as neighbouring pixels share
// them in the L1 cache. Sums in f32, rounded once.
#include "partial.cuh"
#include "sizes.cuh"

constexpr int kThreads = 256, kWarps = kThreads / 32, kChannels = 32 * VECTOR, kTaps = 9;

/// Along one axis: tap first + i · step lies on place + i · direction.
struct Taps {
    i32 first, step, count, place, direction;

    static DEVICE Taps forward(int at, int stride, int kernel, int pad) { return {0, 1, kernel, at * stride - pad, 1}; }

    static DEVICE Taps backward(int at, int stride, int kernel, int pad) {
        int first = (at + pad) % stride;
        return {first, stride, first < kernel ? (kernel - first + stride - 1) / stride : 0, (at + pad - first) / stride, -1};
    }
};

/// Forward, or the gradient of the input if backward: then `from` is dy, and what is added to is `residual`.
/// Grid: x pixels, a warp each in turn; y groups of channels. Shared: the group's weights as [tap][channel] if in_shared.
KERNEL(__launch_bounds__(kThreads) depthwise)(const T* __restrict__ from, const void* __restrict__ weight, const void* __restrict__ bias,
                                              const T* __restrict__ row_add, const T* residual, T* to, ConvSizes z, i32 backward,
                                              i32 weight_is_float, i32 bias_is_float, i32 in_shared) {
    SHARED_BYTES(smem);
    float* taps = reinterpret_cast<float*>(smem);
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, channel0 = blockIdx.y * kChannels, c = channel0 + lane * VECTOR;
    const int kernel = z.taps_h * z.taps_w;
    if (in_shared) {
        for (int i = threadIdx.x; i < kernel * kChannels; i += kThreads) {
            int channel = i / kernel, tap = i - channel * kernel;
            if (channel0 + channel < z.channels)
                taps[tap * kChannels + channel] = number(weight, (i64)(channel0 + channel) * kernel + tap, weight_is_float);
        }
        block_sync();
    }
    if (c >= z.channels) return;
    const int height = backward ? z.height : z.out_h, width = backward ? z.width : z.out_w;              // of what is computed
    const int read_h = backward ? z.out_h : z.height, read_w = backward ? z.out_w : z.width;
    const int distance = backward ? z.channels : z.pixel_x, pixels = z.images * height * width;
    for (int p = blockIdx.x * kWarps + warp; p < pixels; p += gridDim.x * kWarps) {
        const Digits at(p, width, height);
        const Taps down = backward ? Taps::backward(at.middle, z.stride_h, z.taps_h, z.pad_top) : Taps::forward(at.middle, z.stride_h, z.taps_h, z.pad_top);
        const Taps across = backward ? Taps::backward(at.low, z.stride_w, z.taps_w, z.pad_left) : Taps::forward(at.low, z.stride_w, z.taps_w, z.pad_left);
        float sum[VECTOR];
#pragma unroll
        for (int e = 0; e < VECTOR; e++) sum[e] = 0.0f;
        for (int i = 0; i < down.count; i++) {
            const int y = down.place + i * down.direction, r = down.first + i * down.step;
            if ((u32)y >= (u32)read_h) continue;
            for (int j = 0; j < across.count; j++) {
                const int x = across.place + j * across.direction, tap = r * z.taps_w + across.first + j * across.step;
                if ((u32)x >= (u32)read_w) continue;
                auto v = load_few(from + (((i64)at.high * read_h + y) * read_w + x) * distance + c);
#pragma unroll
                for (int e = 0; e < VECTOR; e++)
                    sum[e] += to_float(v.v[e]) * (in_shared ? taps[tap * kChannels + lane * VECTOR + e] : number(weight, (i64)(c + e) * kernel + tap, weight_is_float));
            }
        }
        Pack<T, VECTOR> result;
#pragma unroll
        for (int e = 0; e < VECTOR; e++) {
            if (bias) sum[e] += number(bias, c + e, bias_is_float);
            if (row_add) sum[e] += to_float(row_add[(i64)at.high * z.channels + c + e]);
            if (residual) sum[e] += to_float(residual[(i64)p * z.pixel_residual + c + e]);
            result.v[e] = from_float<T>(sum[e]);
        }
        *reinterpret_cast<Pack<T, VECTOR>*>(to + (i64)p * z.channels + c) = result;
    }
}

/// dw[c, r, s] (+)= sum over pixels of dy · x. Grid: x groups of channels, y groups of taps, z slabs of pixels. Warps take pixels in turn and are
/// added in shared memory, slabs by the last block of a group.
KERNEL(__launch_bounds__(kThreads) depthwise_weight_gradient)(const T* __restrict__ x, const T* __restrict__ dy, void* dw, float* workspace, u32* arrived,
                                                              ConvSizes z, i32 accumulate, i32 dw_is_float) {
    SHARED_BYTES(smem);
    float* sums = reinterpret_cast<float*>(smem);    // [kWarps][kTaps][kChannels]
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, channel0 = blockIdx.x * kChannels, c = channel0 + lane * VECTOR;
    const int kernel = z.taps_h * z.taps_w, tap0 = blockIdx.y * kTaps, pixels = z.images * z.out_h * z.out_w;
    const int each = (pixels + gridDim.z - 1) / gridDim.z, first = blockIdx.z * each, end = smaller(pixels, first + each);
    i32 r[kTaps], s[kTaps];
    float sum[kTaps][VECTOR];
#pragma unroll
    for (int t = 0; t < kTaps; t++) {
        // A tap beyond the last lies outside of every image.
        r[t] = tap0 + t < kernel ? (tap0 + t) / z.taps_w : 1 << 30, s[t] = (tap0 + t) % z.taps_w;
#pragma unroll
        for (int e = 0; e < VECTOR; e++) sum[t][e] = 0.0f;
    }
    if (c < z.channels) {
        const Digits step(kWarps, z.out_w, z.out_h);
        Digits at(first + warp, z.out_w, z.out_h);
        for (int p = first + warp; p < end; p += kWarps, at.add(step, z.out_w, z.out_h)) {
            auto d = load_few(dy + (i64)p * z.channels + c);
            const int top = at.middle * z.stride_h - z.pad_top, left = at.low * z.stride_w - z.pad_left;
#pragma unroll
            for (int t = 0; t < kTaps; t++) {
                const int py = top + r[t], px = left + s[t];
                if ((u32)py >= (u32)z.height || (u32)px >= (u32)z.width) continue;
                auto v = load_few(x + (((i64)at.high * z.height + py) * z.width + px) * z.pixel_x + c);
#pragma unroll
                for (int e = 0; e < VECTOR; e++) sum[t][e] += to_float(d.v[e]) * to_float(v.v[e]);
            }
        }
    }
#pragma unroll
    for (int t = 0; t < kTaps; t++)
#pragma unroll
        for (int e = 0; e < VECTOR; e++) sums[(warp * kTaps + t) * kChannels + lane * VECTOR + e] = sum[t][e];
    block_sync();
    // The workspace is [slab][tap][channel].
    for (int i = threadIdx.x; i < kTaps * kChannels; i += kThreads) {
        const int tap = tap0 + i / kChannels, channel = channel0 + i % kChannels;
        if (tap >= kernel || channel >= z.channels) continue;
        float total = 0.0f;
        for (int w = 0; w < kWarps; w++) total += sums[w * kTaps * kChannels + i];
        workspace[((u64)blockIdx.z * kernel + tap) * z.channels + channel] = total;
    }
    if (!is_last(smem, arrived + blockIdx.x * gridDim.y + blockIdx.y, gridDim.z)) return;
    for (int i = threadIdx.x; i < kTaps * kChannels; i += kThreads) {
        const int tap = tap0 + i / kChannels, channel = channel0 + i % kChannels;
        if (tap >= kernel || channel >= z.channels) continue;
        float total = 0.0f;
        for (u32 slab = 0; slab < gridDim.z; slab++) total += workspace[((u64)slab * kernel + tap) * z.channels + channel];
        put_sum(dw, (i64)channel * kernel + tap, total, accumulate, dw_is_float);
    }
}

EXPORT_KERNELS(depthwise, depthwise_weight_gradient)
