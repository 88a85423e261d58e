// Gradients of reductions over the middle axis of (outer, reduced, inner), an element of dx at a time:
//   log_sum_exp  dx = dy · e^(x − y); 0 where y is −∞
//   largest      dx = dy where the index says that x was the largest, else 0
//   variance     dx = dy · scale (x − mean)
// TYPE: of x, y, dy, dx; the mean is f32. WIDE: 16 bytes at once, within one row or along the inner axis; INDEX: type that counts all
// elements. Grid: a loop in strides of the grid. 2 · sizeof(T) bytes an element, `largest` one.
#include "elements.cuh"
#include "math.cuh"

typedef TYPE T;
typedef INDEX Index;
constexpr int kWidth = WIDE ? kPack<T> : 1;

struct Sizes { u32 reduced, inner; };

/// Where an element stands: the output that it went into, and its place along the reduced axis.
struct Spot { Index output; u32 place; };

DEVICE Spot spot(Index element, Sizes s) {
    Index row = element / s.inner, o = row / s.reduced;
    return {o * s.inner + (element - row * s.inner), (u32)(row - o * s.reduced)};
}

// Elements of a pack go down one row (inner = 1) or along neighbouring outputs.
DEVICE Spot beside(Spot first, u32 k, Sizes s) { return s.inner == 1 ? Spot{first.output, first.place + k} : Spot{first.output + k, first.place}; }

template <class F> DEVICE void each_element(T* dx, u64 count, Sizes s, F gradient) {
    for (u64 pack = thread_id(); pack < count / kWidth; pack += thread_count()) {
        Spot first = spot((Index)(pack * kWidth), s);
        float out[kWidth];
#pragma unroll
        for (u32 k = 0; k < kWidth; k++) out[k] = gradient(pack * kWidth, k, beside(first, k, s));
        store_elements(dx + pack * kWidth, out);
    }
}

KERNEL(log_sum_exp)(const T* __restrict__ x, const T* __restrict__ y, const T* __restrict__ dy, T* __restrict__ dx, u64 count,
                    u32 reduced, u32 inner) {
    each_element(dx, count, {reduced, inner}, [=](u64 at, u32 k, Spot spot) {
        float total = to_float(y[spot.output]);
        return total == -infinity() ? 0.0f : to_float(dy[spot.output]) * exp_of(to_float(x[at + k]) - total);
    });
}

KERNEL(largest)(const T* __restrict__ dy, const i32* __restrict__ indices, T* __restrict__ dx, u64 count, u32 reduced, u32 inner) {
    each_element(dx, count, {reduced, inner}, [=](u64, u32, Spot spot) {
        return indices[spot.output] == (i32)spot.place ? to_float(dy[spot.output]) : 0.0f;
    });
}

KERNEL(variance)(const T* __restrict__ x, const float* __restrict__ mean, const T* __restrict__ dy, T* __restrict__ dx, u64 count,
                 u32 reduced, u32 inner, float scale) {
    each_element(dx, count, {reduced, inner}, [=](u64 at, u32 k, Spot spot) {
        return to_float(dy[spot.output]) * scale * (to_float(x[at + k]) - mean[spot.output]);
    });
}

EXPORT_KERNELS(log_sum_exp, largest, variance)
