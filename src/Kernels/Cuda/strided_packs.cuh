// Accesses of 16 bytes to views that StridedLoop walks: a view's elements follow each other along the last axis, or are one repeated.
#pragma once
#include "strided.cuh"

/// What stands at p and behind it, or, where `step` is 0, the same element again.
template <class T> DEVICE Pack<T, kPack<T>> load_pack(const T* p, i32 step) {
    if (step != 0) return load_pack(p);
    Pack<T, kPack<T>> values;
    T value = *p;
#pragma unroll
    for (int k = 0; k < kPack<T>; k++) values.v[k] = value;
    return values;
}

/// N truth values, one a byte; p is a multiple of N.
template <int N> DEVICE u64 load_flags(const u8* p, i32 step) {
    if (step == 0) return *p * 0x0101010101010101ull;
    if (N == 4) return *reinterpret_cast<const u32*>(p);
    return *reinterpret_cast<const u64*>(p);
}

template <int N> DEVICE void store_flags(u8* p, u64 flags) {
    if (N == 4)
        *reinterpret_cast<u32*>(p) = (u32)flags;
    else
        *reinterpret_cast<u64*>(p) = flags;
}

DEVICE bool flag(u64 flags, int k) { return (flags >> 8 * k & 255) != 0; }
