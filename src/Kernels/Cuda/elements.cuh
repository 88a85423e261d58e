// Neighbouring elements of any floating-point type as floats: one, or whole packs of 16 bytes.
#pragma once
#include "prelude.cuh"

/// p[0 .. N); for N above 1 it is a multiple of the elements in 16 bytes, and p of 16 bytes.
template <class U, int N> DEVICE void load_elements(const U* p, float (&v)[N]) {
    if constexpr (N > 1) {
#pragma unroll
        for (int at = 0; at < N; at += kPack<U>) {
            auto in = load_pack(p + at);
#pragma unroll
            for (int k = 0; k < kPack<U>; k++) v[at + k] = to_float(in.v[k]);
        }
    } else {
        v[0] = to_float(*p);
    }
}

template <class U, int N> DEVICE void store_elements(U* p, const float (&v)[N]) {
    if constexpr (N > 1) {
#pragma unroll
        for (int at = 0; at < N; at += kPack<U>) {
            Pack<U, kPack<U>> out;
#pragma unroll
            for (int k = 0; k < kPack<U>; k++) out.v[k] = from_float<U>(v[at + k]);
            store_pack(p + at, out);
        }
    } else {
        *p = from_float<U>(v[0]);
    }
}

/// Elements of an operand that may be missing.
template <class U, int N> DEVICE void load_or(const U* p, u64 at, float missing, float (&v)[N]) {
    if (p) {
        load_elements(p + at, v);
    } else {
#pragma unroll
        for (int k = 0; k < N; k++) v[k] = missing;
    }
}
