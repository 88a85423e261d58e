// found = the lowest index of an element that is NaN or infinite, or what stands there before; TYPE: of the elements.
// Grid: a loop in strides of the grid over `packs` accesses of 16 bytes, then over single elements; one atomic a thread that finds any.
#include "prelude.cuh"

typedef TYPE T;
constexpr int n = kPack<T>;

KERNEL(first_non_finite)(const T* __restrict__ x, u64* found, i64 count, i64 packs) {
    for (i64 i = thread_id(); i < packs; i += thread_count()) {
        auto values = load_pack(x + i * n);
        int first = n;
#pragma unroll
        for (int k = n - 1; k >= 0; k--) first = is_finite(to_float(values.v[k])) ? first : k;
        if (first < n) {
            atomic_min(found, (u64)(i * n + first));
            return;                                  // the thread's other packs come after
        }
    }
    for (i64 i = packs * n + thread_id(); i < count; i += thread_count())
        if (!is_finite(to_float(x[i]))) {
            atomic_min(found, (u64)i);
            return;
        }
}

EXPORT_KERNELS(first_non_finite)
