// Standard normal numbers, numbers of [0, 1) and whole numbers of [0, bound): (samples, elements), row-major, as PhiloxCpu.cs makes them.
// Grid: a loop in strides of the grid over counters, four elements each; a sample has `counters` of them. 16 bytes are written at once
// where samples are whole counters, which is where their rows are aligned.
#include "philox.cuh"

struct Four { float v[4]; };

DEVICE void put(float* y, const Four& numbers, u32 count, bool aligned) {
    if (aligned) {
        store_pack(y, Pack<float, 4>{{numbers.v[0], numbers.v[1], numbers.v[2], numbers.v[3]}});
        return;
    }
#pragma unroll
    for (u32 k = 0; k < 4; k++)
        if (k < count) y[k] = numbers.v[k];
}

KERNEL(normal)(float* __restrict__ y, const Source source, u32 samples, u32 elements, u32 counters) {
    for (u32 i = thread_id(); i < samples * counters; i += thread_count()) {
        u32 sample = i / counters, counter = i - sample * counters;
        Words words = philox(source, counter, sample, source.purpose);
        Normals a = normals(words.w[0], words.w[1]), b = normals(words.w[2], words.w[3]);
        put(y + (i64)sample * elements + 4 * counter, {{a.first, a.second, b.first, b.second}}, elements - 4 * counter, elements % 4 == 0);
    }
}

KERNEL(uniform_numbers)(float* __restrict__ y, const Source source, u32 samples, u32 elements, u32 counters) {
    for (u32 i = thread_id(); i < samples * counters; i += thread_count()) {
        u32 sample = i / counters, counter = i - sample * counters;
        Words words = philox(source, counter, sample, source.purpose);
        put(y + (i64)sample * elements + 4 * counter, {{uniform(words.w[0]), uniform(words.w[1]), uniform(words.w[2]), uniform(words.w[3])}},
            elements - 4 * counter, elements % 4 == 0);
    }
}

// The upper half of the 128-bit product of a 64-bit random number and the bound.
KERNEL(integers)(i64* __restrict__ y, const Source source, u32 samples, u32 elements, u32 counters, u64 bound) {
    for (u32 i = thread_id(); i < samples * counters; i += thread_count()) {
        u32 sample = i / counters, counter = i - sample * counters;
        Words upper = philox(source, counter, sample, source.purpose), lower = philox(source, counter, sample, source.purpose | kSecondWord);
#pragma unroll
        for (u32 k = 0; k < 4; k++)
            if (4 * counter + k < elements)
                y[(i64)sample * elements + 4 * counter + k] = (i64)mul_high((u64)upper.w[k] << 32 | lower.w[k], bound);
    }
}

EXPORT_KERNELS(normal, uniform_numbers, integers)
