// y = a · GELU(g) where a and g are the halves of each row of x (rows, 2 · width); dx, both halves, from x and dy. TYPE: of the elements.
// Grid: a loop in strides of the grid over `packs` accesses of 16 bytes, none of which crosses a row's end, or over single elements if
// there are none. 3 · sizeof(T) bytes an element of y forward, 5 · sizeof(T) backward. GELU is the exact one (Shazeer, 2020, equation 6).
#include "math.cuh"

typedef TYPE T;
constexpr int n = kPack<T>;

KERNEL(forward)(const T* __restrict__ x, T* __restrict__ y, u32 count, u32 width, u32 packs) {
    for (u32 i = thread_id(); i < packs; i += thread_count()) {
        const T* a = x + (i64)i * n + (i64)(i * n / width) * width;
        auto va = load_pack(a), vg = load_pack(a + width);
#pragma unroll
        for (int k = 0; k < n; k++) va.v[k] = from_float<T>(to_float(va.v[k]) * gelu_of(to_float(vg.v[k])));
        store_pack(y + (i64)i * n, va);
    }
    for (u32 i = packs * n + thread_id(); i < count; i += thread_count()) {
        const T* a = x + i + (i64)(i / width) * width;
        y[i] = from_float<T>(to_float(a[0]) * gelu_of(to_float(a[width])));
    }
}

KERNEL(backward)(const T* __restrict__ x, const T* __restrict__ dy, T* __restrict__ dx, u32 count, u32 width, u32 packs) {
    for (u32 i = thread_id(); i < packs; i += thread_count()) {
        i64 at = (i64)i * n + (i64)(i * n / width) * width;
        auto va = load_pack(x + at), vg = load_pack(x + at + width), d = load_pack(dy + (i64)i * n);
#pragma unroll
        for (int k = 0; k < n; k++) {
            Gelu gelu = gelu_pair(to_float(vg.v[k]));
            float fd = to_float(d.v[k]);
            vg.v[k] = from_float<T>(fd * to_float(va.v[k]) * gelu.slope);
            va.v[k] = from_float<T>(fd * gelu.value);
        }
        store_pack(dx + at, va);
        store_pack(dx + at + width, vg);
    }
    for (u32 i = packs * n + thread_id(); i < count; i += thread_count()) {
        i64 at = i + (i64)(i / width) * width;
        Gelu gelu = gelu_pair(to_float(x[at + width]));
        float fd = to_float(dy[i]);
        dx[at + width] = from_float<T>(fd * to_float(x[at]) * gelu.slope);
        dx[at] = from_float<T>(fd * gelu.value);
    }
}

EXPORT_KERNELS(forward, backward)
