// Rows that threads hold together, for whatever folds a row and then writes one. Constants:
//   TYPE    of the elements
//   WIDE    whether an access takes 16 bytes: rows are then whole packs, and begin at multiples of 16 bytes
//   LANES   threads of a row, at most a warp: a block has several rows; 0: the block has one row
//   PACKS   packs of a row that a thread keeps in registers; 0: too long for that, each pass reads the row again
#pragma once
#include "elements.cuh"
#include "reduce.cuh"

typedef TYPE T;
constexpr int kWidth = WIDE ? kPack<T> : 1;          // elements of a pack
constexpr bool kIsKept = PACKS > 0;
constexpr int kSlots = kIsKept ? PACKS : 1;

/// This thread's part of a row.
struct Place {
    u32 row, rank, lanes;
    u32 width;                                       // 0 where the row is beyond the last: such threads still take part in folds
};

constexpr u32 kLanes = LANES > 0 ? LANES : 1;

/// Rows that a block works on at once.
DEVICE u32 rows_at_once() { return LANES > 0 ? blockDim.x / kLanes : 1; }

DEVICE Place place_in(u32 first_row, u32 rows, u32 width) {
    if (LANES > 0) {
        u32 row = first_row + threadIdx.x / kLanes;
        return {row, threadIdx.x % kLanes, kLanes, row < rows ? width : 0};
    }
    return {first_row, threadIdx.x, blockDim.x, first_row < rows ? width : 0};
}

/// Calls f(slot, first element) for each pack of this thread.
template <class F> DEVICE void each_pack(const Place& at, F f) {
    if constexpr (kIsKept) {
#pragma unroll
        for (int slot = 0; slot < kSlots; slot++) {
            u32 i = (at.rank + slot * at.lanes) * kWidth;
            if (i < at.width) f(slot, i);
        }
    } else {
        for (u32 i = at.rank * kWidth; i < at.width; i += at.lanes * kWidth) f(0, i);
    }
}

/// This thread's part of one row of an operand: read once and kept, or read at each use.
struct Operand {
    const T* row;
    float kept[kSlots][kWidth];

    DEVICE Operand(const T* first, const Place& at) : row(first + (u64)(at.width ? at.row : 0) * at.width) {
        if constexpr (kIsKept) {
            float(&all)[kSlots][kWidth] = kept;
            const T* from = row;
            each_pack(at, [&all, from](int slot, u32 i) { load_elements(from + i, all[slot]); });
        }
    }

    DEVICE void get(int slot, u32 i, float (&v)[kWidth]) const {
        if constexpr (kIsKept) {
#pragma unroll
            for (int k = 0; k < kWidth; k++) v[k] = kept[slot][k];
        } else {
            load_elements(row + i, v);
        }
    }
};

/// The fold over all threads of a row; each gets it. scratch: 32 floats of shared memory where a block has one row.
template <class Fold> DEVICE float row_reduce(float v, float* scratch) {
    if constexpr (LANES > 0) {
        for (u32 d = kLanes / 2; d; d >>= 1) v = Fold::of(v, shfl_xor(v, d));
        return v;
    } else {
        return block_reduce<Fold>(v, scratch);
    }
}
