// dx[o, index[o, k, r], r] += dy[o, k, r] in the order of k, without atomics; INDEX: i32 or i64. Indices outside the axis are left out.
// columns:      dx is float; a thread for each (o, r) walks along k. For many columns, or many destinations.
// destinations: TYPE of all, added in float; a thread for each element of dx looks through all k. For few columns.
// Both give the same bits in f32. Grid: a loop in strides of the grid.
#include "prelude.cuh"

typedef TYPE T;

KERNEL(columns)(const T* __restrict__ dy, const INDEX* __restrict__ indices, float* __restrict__ dx, u32 count, u32 taken, u32 inner, u32 axis) {
    for (u32 i = thread_id(); i < count; i += thread_count()) {
        u32 outer = i / inner, r = i - outer * inner;
        i64 at = (i64)outer * taken * inner + r;
        float* to = dx + (i64)outer * axis * inner + r;
        for (u32 k = 0; k < taken; k++, at += inner) {
            u64 index = (u64)(i64)indices[at];
            if (index < axis) to[index * inner] = add_rn(to[index * inner], to_float(dy[at]));
        }
    }
}

KERNEL(destinations)(const T* __restrict__ dy, const INDEX* __restrict__ indices, T* __restrict__ dx, u32 count, u32 taken, u32 inner, u32 axis) {
    for (u32 i = thread_id(); i < count; i += thread_count()) {
        u32 row = i / inner, outer = row / axis, own = row - outer * axis;
        i64 at = (i64)outer * taken * inner + (i - row * inner);
        float sum = to_float(dx[i]);
        for (u32 k = 0; k < taken; k++, at += inner)
            if ((u64)(i64)indices[at] == own) sum = add_rn(sum, to_float(dy[at]));
        dx[i] = from_float<T>(sum);
    }
}

EXPORT_KERNELS(columns, destinations)
