// y = rows · x · columnsᵀ of each image and channel, channels last, where rows and columns are sparse matrices: output i of an axis is
// the sum over t of weight[offset[i] + t] · input[start[i] + t]. The table of an axis holds starts, offsets and one more, weights.
// FROM, TO: types of x and y, summed in float.
// both_axes: x (images, height, width, channels). For few weights an output: neighbours read the same pixels out of the caches.
// one_axis:  x (outer, input, inner) to y (outer, output, inner). Two of them for many weights, the image between in float.
// Grid: a loop in strides of the grid over `packs` accesses of neighbouring channels, as many as 16 bytes of the wider type hold; over
// single elements if there are none. Gradients are the same with the transposed tables.
#include "prelude.cuh"

typedef FROM F;
typedef TO T;
constexpr int n = sizeof(F) == sizeof(T) ? kPack<T> : 4;

struct Axis {
    const i32* starts;
    const i32* offsets;
    const float* weights;
};

DEVICE Axis axis_of(const i32* table, u32 outputs) {
    return {table, table + outputs, reinterpret_cast<const float*>(table + 2 * outputs + 1)};
}

// N neighbours of a half type beside float are 8 bytes.
template <int N, class E> DEVICE void load(const E* p, float (&v)[N]) {
    if constexpr (N == 1) {
        v[0] = to_float(*p);
    } else if constexpr (N == kPack<E>) {
        auto pack = load_pack(p);
#pragma unroll
        for (int k = 0; k < N; k++) v[k] = to_float(pack.v[k]);
    } else {
        u64 bits = *reinterpret_cast<const u64*>(p);
#pragma unroll
        for (int k = 0; k < N; k++) v[k] = to_float(E{(u16)(bits >> 16 * k)});
    }
}

template <int N, class E> DEVICE void store(E* p, const float (&v)[N]) {
    if constexpr (N == 1) {
        *p = from_float<E>(v[0]);
    } else if constexpr (N == kPack<E>) {
        Pack<E, N> pack;
#pragma unroll
        for (int k = 0; k < N; k++) pack.v[k] = from_float<E>(v[k]);
        store_pack(p, pack);
    } else {
        *reinterpret_cast<u64*>(p) = pack2<E>(v[0], v[1]) | (u64)pack2<E>(v[2], v[3]) << 32;
    }
}

template <int N> DEVICE void pixel(const F* x, T* y, Axis rows, Axis columns, u32 i, u32 in_height, u32 out_height, u32 in_width,
    u32 out_width, u32 channels) {
    u32 at = i / channels, c = i - at * channels, line = at / out_width, column = at - line * out_width, image = line / out_height;
    u32 row = line - image * out_height;
    float sum[N] = {};
    for (i32 r = rows.offsets[row], h = rows.starts[row]; r < rows.offsets[row + 1]; r++, h++) {
        const F* from = x + (((i64)image * in_height + h) * in_width + columns.starts[column]) * channels + c;
        float line_sum[N] = {};
        for (i32 t = columns.offsets[column]; t < columns.offsets[column + 1]; t++, from += channels) {
            float values[N];
            load<N>(from, values);
#pragma unroll
            for (int k = 0; k < N; k++) line_sum[k] = fma_rn(columns.weights[t], values[k], line_sum[k]);
        }
#pragma unroll
        for (int k = 0; k < N; k++) sum[k] = fma_rn(rows.weights[r], line_sum[k], sum[k]);
    }
    store<N>(y + i, sum);
}

KERNEL(both_axes)(const F* __restrict__ x, T* __restrict__ y, const i32* __restrict__ row_table, const i32* __restrict__ column_table,
    u32 in_height, u32 out_height, u32 in_width, u32 out_width, u32 channels, u32 count, u32 packs) {
    Axis rows = axis_of(row_table, out_height), columns = axis_of(column_table, out_width);
    for (u32 i = thread_id(); i < packs; i += thread_count())
        pixel<n>(x, y, rows, columns, i * n, in_height, out_height, in_width, out_width, channels);
    for (u32 i = packs * n + thread_id(); i < count; i += thread_count())
        pixel<1>(x, y, rows, columns, i, in_height, out_height, in_width, out_width, channels);
}

template <int N> DEVICE void weigh(const F* x, T* y, Axis axis, u32 i, u32 input, u32 output, u32 inner) {
    u32 line = i / inner, outer = line / output, at = line - outer * output;
    const F* from = x + ((i64)outer * input + axis.starts[at]) * inner + (i - line * inner);
    float sum[N] = {};
    for (i32 t = axis.offsets[at]; t < axis.offsets[at + 1]; t++, from += inner) {
        float values[N];
        load<N>(from, values);
#pragma unroll
        for (int k = 0; k < N; k++) sum[k] = fma_rn(axis.weights[t], values[k], sum[k]);
    }
    store<N>(y + i, sum);
}

KERNEL(one_axis)(const F* __restrict__ x, T* __restrict__ y, const i32* __restrict__ table, u32 input, u32 output, u32 inner, u32 count, u32 packs) {
    Axis axis = axis_of(table, output);
    for (u32 i = thread_id(); i < packs; i += thread_count()) weigh<n>(x, y, axis, i * n, input, output, inner);
    for (u32 i = packs * n + thread_id(); i < count; i += thread_count()) weigh<1>(x, y, axis, i, input, output, inner);
}

EXPORT_KERNELS(both_axes, one_axis)
