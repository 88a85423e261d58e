// y[i, :] = table[ids[i], :], and y[o, k, r] = x[o, index[o, k, r], r]; INDEX: i32 or i64; BYTES: of what is moved at once, which for
// rows is the largest unit up to 16 that divides row and addresses. An index outside 0 … bound - 1 is reported and gives 0.
// Grid: a loop in strides of the grid over the units of y; neighbours write neighbours.
#include "bytes.cuh"

KERNEL(gather_rows)(const raw* __restrict__ table, const INDEX* __restrict__ ids, raw* __restrict__ y, u32 units, u32 row_units, u32 bound,
    u64* fault, u64 tag) {
    for (u32 i = thread_id(); i < units; i += thread_count()) {
        u32 position = i / row_units, unit = i - position * row_units;
        u64 id = (u64)(i64)ids[position];
        if (id < bound) {
            move(y + i, table + id * row_units + unit);
        } else {
            clear(y + i);
            if (unit == 0) report_fault(fault, tag, position);
        }
    }
}

KERNEL(gather_along)(const raw* __restrict__ x, const INDEX* __restrict__ indices, raw* __restrict__ y, u32 count, u32 taken, u32 inner,
    u32 bound, u64* fault, u64 tag) {
    for (u32 i = thread_id(); i < count; i += thread_count()) {
        u32 row = i / inner, outer = row / taken;
        u64 index = (u64)(i64)indices[i];
        if (index < bound) {
            move(y + i, x + ((u64)outer * bound + index) * inner + (i - row * inner));
        } else {
            clear(y + i);
            report_fault(fault, tag, i);
        }
    }
}

EXPORT_KERNELS(gather_rows, gather_along)
