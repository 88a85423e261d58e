// y = condition ? a : b over views of the shape of y; da = condition ? dy : 0 and db the other way round. TYPE: of the elements; the
// condition is u8. What is not named a view of the loop is contiguous.
// Grid and packs as in binary.cu; the loop's views are condition, a and b.
#include "strided_packs.cuh"

typedef TYPE T;
constexpr int n = kPack<T>;

KERNEL(forward)(const u8* __restrict__ condition, const T* __restrict__ a, const T* __restrict__ b, T* __restrict__ y, const StridedLoop loop,
    u32 packs, i32 c_step, i32 a_step, i32 b_step) {
    for (u32 i = thread_id(); i < packs; i += thread_count()) {
        Offsets at = locate(loop, i * n);
        u64 flags = load_flags<n>(condition + at.a, c_step);
        auto va = load_pack(a + at.b, a_step), vb = load_pack(b + at.c, b_step);
#pragma unroll
        for (int k = 0; k < n; k++) va.v[k] = flag(flags, k) ? va.v[k] : vb.v[k];
        store_pack(y + (i64)i * n, va);
    }
    for (u32 i = packs * n + thread_id(); i < loop.count; i += thread_count()) {
        Offsets at = locate(loop, i);
        y[i] = condition[at.a] ? a[at.b] : b[at.c];
    }
}

KERNEL(backward)(const u8* __restrict__ condition, const T* __restrict__ dy, T* __restrict__ da, T* __restrict__ db, const StridedLoop loop,
    u32 packs, i32 c_step) {
    T zero = from_float<T>(0.0f);
    for (u32 i = thread_id(); i < packs; i += thread_count()) {
        u64 flags = load_flags<n>(condition + locate(loop, i * n).a, c_step);
        auto d = load_pack(dy + (i64)i * n);
        Pack<T, n> to_a, to_b;
#pragma unroll
        for (int k = 0; k < n; k++) to_a.v[k] = flag(flags, k) ? d.v[k] : zero, to_b.v[k] = flag(flags, k) ? zero : d.v[k];
        if (da) store_pack(da + (i64)i * n, to_a);
        if (db) store_pack(db + (i64)i * n, to_b);
    }
    for (u32 i = packs * n + thread_id(); i < loop.count; i += thread_count()) {
        bool first = condition[locate(loop, i).a];
        if (da) da[i] = first ? dy[i] : zero;
        if (db) db[i] = first ? zero : dy[i];
    }
}

EXPORT_KERNELS(forward, backward)
