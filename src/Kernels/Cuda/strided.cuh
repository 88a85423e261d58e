// Walking views of one shape whose strides differ; the host fills the struct (StridedLoop.cs).
#pragma once
#include "prelude.cuh"

constexpr int kMaxRank = 8;

struct StridedLoop {
    i32 rank;
    u32 count;
    i32 lengths[kMaxRank];
    i64 a[kMaxRank], b[kMaxRank], c[kMaxRank];       // steps in elements
};

struct Offsets { i64 a, b, c; };

/// Where element `index` of the shape lies in each view.
DEVICE Offsets locate(const StridedLoop& loop, u32 index) {
    Offsets at = {0, 0, 0};
    for (int axis = loop.rank - 1; axis > 0; axis--) {
        u32 rest = index / (u32)loop.lengths[axis], i = index - rest * (u32)loop.lengths[axis];
        at.a += i * loop.a[axis], at.b += i * loop.b[axis], at.c += i * loop.c[axis];
        index = rest;
    }
    if (loop.rank > 0) at.a += index * loop.a[0], at.b += index * loop.b[0], at.c += index * loop.c[0];
    return at;
}
