// y = f(a, b), da = dy · df/da and db = dy · df/db, where a and b are views of the shape of y, which is contiguous as all others are.
// TYPE: of the operands; RESULT: of y, TYPE or, for conditions, u8; of da and db, TYPE or, where they are summed, float. Before this text stand FORWARD in a, b; DERIVATIVE_A and
// DERIVATIVE_B in a, b, y; whether these read a and b (READS_INPUTS) and y (READS_Y).
// Grid: a loop in strides of the grid over `packs` accesses of 16 bytes, which end with the rows; then over single elements. a_step and
// b_step are the views' steps along the last axis, 0 or 1 if there are packs. One division an axis and pack finds the operands.
#include "math.cuh"
#include "strided_packs.cuh"

typedef TYPE T;
typedef RESULT R;
constexpr int n = kPack<T>;

DEVICE float value_of(float a, float b) { return FORWARD; }

DEVICE float slope_a(float a, float b, float y) { return DERIVATIVE_A; }

DEVICE float slope_b(float a, float b, float y) { return DERIVATIVE_B; }

template <class O> DEVICE void put(O* y, const float (&values)[n]) {
#pragma unroll
    for (int first = 0; first < n; first += kPack<O>) {
        Pack<O, kPack<O>> p;
#pragma unroll
        for (int k = 0; k < kPack<O>; k++) p.v[k] = from_float<O>(values[first + k]);
        store_pack(y + first, p);
    }
}
DEVICE void put(u8* y, const float (&values)[n]) {
    u64 flags = 0;
#pragma unroll
    for (int k = 0; k < n; k++) flags |= (u64)(values[k] != 0.0f) << 8 * k;
    store_flags<n>(y, flags);
}

template <class O> DEVICE void put(O* y, float value) { *y = from_float<O>(value); }
DEVICE void put(u8* y, float value) { *y = value != 0.0f; }

KERNEL(forward)(const T* __restrict__ a, const T* __restrict__ b, R* __restrict__ y, const StridedLoop loop, u32 packs, i32 a_step, i32 b_step) {
    for (u32 i = thread_id(); i < packs; i += thread_count()) {
        Offsets at = locate(loop, i * n);
        auto va = load_pack(a + at.a, a_step), vb = load_pack(b + at.b, b_step);
        float values[n];
#pragma unroll
        for (int k = 0; k < n; k++) values[k] = value_of(to_float(va.v[k]), to_float(vb.v[k]));
        put(y + (i64)i * n, values);
    }
    for (u32 i = packs * n + thread_id(); i < loop.count; i += thread_count()) {
        Offsets at = locate(loop, i);
        put(y + i, value_of(to_float(a[at.a]), to_float(b[at.b])));
    }
}

KERNEL(backward)(const T* __restrict__ a, const T* __restrict__ b, const T* __restrict__ y, const T* __restrict__ dy, R* __restrict__ da,
    R* __restrict__ db, const StridedLoop loop, u32 packs, i32 a_step, i32 b_step) {
    for (u32 i = thread_id(); i < packs; i += thread_count()) {
        i64 first = (i64)i * n;
        auto d = load_pack(dy + first);
        Pack<T, n> va, vb, vy;
        if (READS_INPUTS) {
            Offsets at = locate(loop, i * n);
            va = load_pack(a + at.a, a_step), vb = load_pack(b + at.b, b_step);
        }
        if (READS_Y) vy = load_pack(y + first);
        float to_a[n], to_b[n];
#pragma unroll
        for (int k = 0; k < n; k++) {
            float fa = READS_INPUTS ? to_float(va.v[k]) : 0.0f, fb = READS_INPUTS ? to_float(vb.v[k]) : 0.0f;
            float fy = READS_Y ? to_float(vy.v[k]) : 0.0f, fd = to_float(d.v[k]);
            to_a[k] = fd * slope_a(fa, fb, fy), to_b[k] = fd * slope_b(fa, fb, fy);
        }
        if (da) put(da + first, to_a);
        if (db) put(db + first, to_b);
    }
    for (u32 i = packs * n + thread_id(); i < loop.count; i += thread_count()) {
        float fa = 0.0f, fb = 0.0f, fy = READS_Y ? to_float(y[i]) : 0.0f, fd = to_float(dy[i]);
        if (READS_INPUTS) {
            Offsets at = locate(loop, i);
            fa = to_float(a[at.a]), fb = to_float(b[at.b]);
        }
        if (da) put(da + i, fd * slope_a(fa, fb, fy));
        if (db) put(db + i, fd * slope_b(fa, fb, fy));
    }
}

EXPORT_KERNELS(forward, backward)
