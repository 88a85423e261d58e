// What the passes of group normalisation share. Images are (N, pixels, C). A block works on a slab of the pixels of one image; a
// thread has one pack of neighbouring channels and every `down`-th pixel, and so keeps all that belongs to its channels in registers.
// Constants: TYPE of images; WEIGHT of weight and bias; MODULATION of scale and shift; WIDE: packs of 16 bytes, else of one channel.
#pragma once
#include "elements.cuh"
#include "math.cuh"
#include "reduce.cuh"

typedef TYPE T;
constexpr int kWidth = WIDE ? kPack<T> : 1;
constexpr int kAhead = 4;                            // pixels whose loads are under way together

/// The sigmoid that results of the type deserve; of halves e^-x may be a few ulp off, which takes a third of the instructions.
template <class U> DEVICE float sigmoid_for(float x) { return fast_reciprocal(1.0f + fast_exp2(-kLog2E * x)); }
template <> DEVICE float sigmoid_for<float>(float x) { return sigmoid_of(x); }

struct GroupNorm {
    u32 pixels, channels, groups;
    u32 slabs, slab_pixels;                          // of an image
    u32 across, down;                                // a block's threads: packs of channels by pixels; some threads may be left over
};

/// What an image is modulated with, any of it possibly missing: ((x − mean) rstd weight + bias) (1 + scale) + shift.
struct Operands {
    const WEIGHT *weight, *bias;                     // (C)
    const MODULATION *scale, *shift;                 // (N, C)
};

/// A block's slab and a thread's place in it.
struct Slab {
    u32 image, first, last;                          // pixels of the image
    u32 lane, row;                                   // of the thread: pack of channels, first pixel
    bool works;

    DEVICE Slab(const GroupNorm& s) {
        image = blockIdx.x / s.slabs;
        first = (blockIdx.x - image * s.slabs) * s.slab_pixels;
        last = smaller(s.pixels, first + s.slab_pixels);
        row = threadIdx.x / s.across, lane = threadIdx.x - row * s.across;
        works = row < s.down;
    }

    DEVICE u64 offset(const GroupNorm& s, u32 pixel, u32 channel) const {
        return ((u64)image * s.pixels + pixel) * s.channels + channel;
    }
};

/// What turns a channel of an image into z = (x − mean) · factor + addend, which an activation may follow.
struct Affine {
    float mean[kWidth], factor[kWidth], addend[kWidth];

    /// mean and rstd are those of the groups from `first_group` on.
    DEVICE void load(const GroupNorm& s, const Operands& o, u32 image, u32 channel, const float* means, const float* rstds,
                     u32 first_group) {
        float weight[kWidth], bias[kWidth], scale[kWidth], shift[kWidth];
        u64 modulation = (u64)image * s.channels + channel;
        load_or(o.weight, channel, 1.0f, weight), load_or(o.bias, channel, 0.0f, bias);
        load_or(o.scale, modulation, 0.0f, scale), load_or(o.shift, modulation, 0.0f, shift);
        u32 width = s.channels / s.groups;
#pragma unroll
        for (u32 k = 0; k < kWidth; k++) {
            u32 group = (channel + k) / width - first_group;
            float gain = 1.0f + scale[k];
            mean[k] = means[group];
            factor[k] = rstds[group] * weight[k] * gain;
            addend[k] = fma_rn(bias[k], gain, shift[k]);
        }
    }
};

/// Calls use(elements, pixel) for the thread's pixels of a slab.
template <class F> DEVICE void each_pixel(const GroupNorm& s, const Slab& slab, u32 channel, const T* x, F use) {
    u32 pixel = slab.first + slab.row;
    for (; pixel + (kAhead - 1) * s.down < slab.last; pixel += kAhead * s.down) {
        float v[kAhead][kWidth];
#pragma unroll
        for (u32 n = 0; n < kAhead; n++) load_elements(x + slab.offset(s, pixel + n * s.down, channel), v[n]);
#pragma unroll
        for (u32 n = 0; n < kAhead; n++) use(v[n], pixel + n * s.down);
    }
    for (; pixel < slab.last; pixel += s.down) {
        float v[kWidth];
        load_elements(x + slab.offset(s, pixel, channel), v);
        use(v, pixel);
    }
}
