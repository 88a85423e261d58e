// y = x · scale, or x · 0 where the element's random word is below the threshold; (samples, elements), row-major. TYPE: of the elements.
// The mask is drawn anew for the gradient, so nothing is stored. x and y may be the same.
// Grid: a loop in strides of the grid over accesses of 16 bytes, which take one counter for each four elements; a sample has `accesses`
// of them. They are single elements where rows are no whole number of accesses, or are not aligned.
#include "philox.cuh"

typedef TYPE T;
constexpr u32 n = kPack<T>;

KERNEL(dropout)(const T* x, T* y, const Source source, u32 samples, u32 elements, u32 accesses, u32 threshold, float scale, i32 aligned) {
    for (u32 i = thread_id(); i < samples * accesses; i += thread_count()) {
        u32 sample = i / accesses, access = i - sample * accesses, left = elements - access * n;
        i64 at = (i64)sample * elements + access * n;
        float factor[n];
#pragma unroll
        for (u32 c = 0; c < n / 4; c++) {
            Words words = philox(source, access * (n / 4) + c, sample, source.purpose);
#pragma unroll
            for (u32 k = 0; k < 4; k++) factor[4 * c + k] = words.w[k] < threshold ? 0.0f : scale;
        }
        if (aligned) {
            auto values = load_pack(x + at);
#pragma unroll
            for (u32 k = 0; k < n; k++) values.v[k] = from_float<T>(to_float(values.v[k]) * factor[k]);
            store_pack(y + at, values);
        } else {
#pragma unroll
            for (u32 k = 0; k < n; k++)
                if (k < left) y[at + k] = from_float<T>(to_float(x[at + k]) * factor[k]);
        }
    }
}

EXPORT_KERNELS(dropout)
