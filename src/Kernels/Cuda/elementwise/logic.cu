// y = not a (LOGIC 0), a and b (1), a or b (2) of truth values, one a byte; contiguous.
// Grid: a loop in strides of the grid over `packs` accesses of 16 bytes, then over single ones.
#include "prelude.cuh"

template <class W> DEVICE W combine(W a, W b) { return LOGIC == 0 ? a ^ (W)0x01010101u : LOGIC == 1 ? a & b : a | b; }

KERNEL(combine_flags)(const u8* __restrict__ a, const u8* __restrict__ b, u8* __restrict__ y, i64 count, i64 packs) {
    for (i64 i = thread_id(); i < packs; i += thread_count()) {
        Chunk va = reinterpret_cast<const Chunk*>(a)[i], vb = LOGIC == 0 ? va : reinterpret_cast<const Chunk*>(b)[i];
#pragma unroll
        for (int k = 0; k < 4; k++) va.w[k] = combine(va.w[k], vb.w[k]);
        reinterpret_cast<Chunk*>(y)[i] = va;
    }
    for (i64 i = packs * 16 + thread_id(); i < count; i += thread_count()) y[i] = combine(a[i], LOGIC == 0 ? a[i] : b[i]);
}

EXPORT_KERNELS(combine_flags)
