// y = f(x) and dx = dy · f'(x), element by element; TYPE: type of the elements.
// Before this text stand FORWARD in x, p, q and DERIVATIVE in x, y, p, q, and which of x and y the derivative reads.
// Grid: a loop in strides of the grid over `packs` accesses of 16 bytes, then over single elements: all of them where addresses are
// not multiples of 16. 2 · sizeof(T) bytes an element forward, up to 4 · sizeof(T) backward.
#include "math.cuh"

typedef TYPE T;
constexpr int n = kPack<T>;

DEVICE float value_of(float x, float p, float q) { return FORWARD; }

DEVICE float slope_of(float x, float y, float p, float q) { return DERIVATIVE; }

KERNEL(forward)(const T* __restrict__ x, T* __restrict__ y, i64 count, i64 packs, float p, float q) {
    for (i64 i = thread_id(); i < packs; i += thread_count()) {
        auto in = load_pack(x + i * n);
#pragma unroll
        for (int k = 0; k < n; k++) in.v[k] = from_float<T>(value_of(to_float(in.v[k]), p, q));
        store_pack(y + i * n, in);
    }
    for (i64 i = packs * n + thread_id(); i < count; i += thread_count()) y[i] = from_float<T>(value_of(to_float(x[i]), p, q));
}

DEVICE float slope(const T* x, const T* y, i64 i, float p, float q) {
    float vx = READS_X ? to_float(x[i]) : 0.0f, vy = READS_Y ? to_float(y[i]) : 0.0f;
    return slope_of(vx, vy, p, q);
}

KERNEL(backward)(const T* __restrict__ x, const T* __restrict__ y, const T* __restrict__ dy, T* __restrict__ dx, i64 count, i64 packs,
    float p, float q) {
    for (i64 i = thread_id(); i < packs; i += thread_count()) {
        auto d = load_pack(dy + i * n);
        Pack<T, n> vx, vy;
        if (READS_X) vx = load_pack(x + i * n);
        if (READS_Y) vy = load_pack(y + i * n);
#pragma unroll
        for (int k = 0; k < n; k++)
            d.v[k] = from_float<T>(to_float(d.v[k]) * slope(vx.v, vy.v, k, p, q));
        store_pack(dx + i * n, d);
    }
    for (i64 i = packs * n + thread_id(); i < count; i += thread_count())
        dx[i] = from_float<T>(to_float(dy[i]) * slope(x, y, i, p, q));
}

EXPORT_KERNELS(forward, backward)
