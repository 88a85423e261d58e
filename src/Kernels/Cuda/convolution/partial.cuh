// Sums that several blocks share: each leaves its part, the last to arrive adds all of them in their order.
#pragma once
#include "prelude.cuh"

typedef TYPE T;

/// VECTOR elements in one access.
DEVICE Pack<T, VECTOR> load_few(const T* p) { return *reinterpret_cast<const Pack<T, VECTOR>*>(p); }

/// Whether this block is the last of `count` to come here; what the others wrote before is then visible to all its threads.
/// `arrived` is zero before and after. Uses the first bytes of the block's shared memory.
DEVICE bool is_last(unsigned char* smem, u32* arrived, u32 count) {
    u32* last = reinterpret_cast<u32*>(smem);
    memory_fence();
    block_sync();
    if (threadIdx.x == 0) {
        *last = atomic_add(arrived, 1) == count - 1;
        if (*last) *arrived = 0;
    }
    block_sync();
    bool mine = *last != 0;
    memory_fence();
    block_sync();                                    // *last may be overwritten
    return mine;
}

DEVICE void put_sum(void* to, i64 at, float sum, bool accumulate, bool is_float) {
    if (is_float) {
        float* p = static_cast<float*>(to) + at;
        *p = accumulate ? *p + sum : sum;
    } else {
        T* p = static_cast<T*>(to) + at;
        *p = from_float<T>(accumulate ? to_float(*p) + sum : sum);
    }
}

/// A number in T or, where `is_float`, in f32: weights and biases beside halves.
DEVICE float number(const void* p, i64 at, bool is_float) {
    return is_float ? static_cast<const float*>(p)[at] : to_float(static_cast<const T*>(p)[at]);
}
