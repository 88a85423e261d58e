// Philox 4x32-10 (Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, 2011) and what is made of its words, bit for bit as on the
// processor: element e of sample s takes word e mod 4 of the counter (e / 4, s, step, purpose) under the seed.
#pragma once
#include "prelude.cuh"

/// PhiloxSource of the host.
struct Source {
    u64 seed;
    u32 purpose, step, first_sample;
};

constexpr u32 kSecondWord = 0x80000000u;             // of the purpose: the lower halves of 64 bits

struct Words { u32 w[4]; };

DEVICE Words philox(const Source& source, u32 counter, u32 sample, u32 purpose) {
    u32 w0 = counter, w1 = source.first_sample + sample, w2 = source.step, w3 = purpose, key0 = (u32)source.seed, key1 = (u32)(source.seed >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        u32 high0 = mul_high(w0, 0xd2511f53u), low0 = w0 * 0xd2511f53u, high1 = mul_high(w2, 0xcd9e8d57u), low1 = w2 * 0xcd9e8d57u;
        w0 = high1 ^ w1 ^ key0, w1 = low1, w2 = high0 ^ w3 ^ key1, w3 = low0;
        key0 += 0x9e3779b9u, key1 += 0xbb67ae85u;
    }
    return {{w0, w1, w2, w3}};
}

/// In [0, 1): the upper 24 bits, exact.
DEVICE float uniform(u32 word) { return (float)(word >> 8) * 5.9604644775390625e-8f; }

struct Normals { float first, second; };

/// Box and Muller's transform in the sequence of IEEE operations that NormalWords.cs documents: nothing may be contracted or reordered.
DEVICE Normals normals(u32 a, u32 b) {
    float u = fma_rn((float)(a & 0xffffu), 2.3283064365386963e-10f, 1.1641532182693481e-10f);
    u = fma_rn((float)(a >> 16), 1.52587890625e-5f, u);
    i32 k = (i32)(bits_of(u) - 0x3f2aaaabu) >> 23;
    float f = add_rn(float_of(bits_of(u) - ((u32)k << 23)), -1.0f);
    float q = fma_rn(-0.13192117f, f, 0.13961747f);
    q = fma_rn(q, f, -0.12115017f);
    q = fma_rn(q, f, 0.14011076f);
    q = fma_rn(q, f, -0.16685474f);
    q = fma_rn(q, f, 0.20010033f);
    q = fma_rn(q, f, -0.24999689f);
    q = fma_rn(q, f, 0.33333224f);
    float log = fma_rn(mul_rn(f, f), fma_rn(q, f, -0.5f), f);
    float radius = sqrt_rn(fma_rn((float)k, -1.3862944f, mul_rn(log, -2.0f)));

    float x = mul_rn((float)(i32)(b << 2), 3.6572953e-10f), z = mul_rn(x, x);
    float s = fma_rn(fma_rn(-0.00019518791f, z, 0.008332192f), z, -0.16666655f);
    s = fma_rn(mul_rn(s, z), x, x);
    float c = fma_rn(fma_rn(2.4430661e-05f, z, -0.0013887301f), z, 0.041666646f);
    c = fma_rn(fma_rn(c, z, -0.5f), z, 1.0f);
    // Bit 30 of the word is the low bit of the quadrant, bit 31 its high bit.
    bool swapped = b & 0x40000000u;
    float cosine = float_of(bits_of(swapped ? s : c) ^ ((b + 0x40000000u) & 0x80000000u));
    float sine = float_of(bits_of(swapped ? c : s) ^ (b & 0x80000000u));
    return {mul_rn(radius, cosine), mul_rn(radius, sine)};
}
