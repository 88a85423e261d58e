// Many tensors in one launch: the host fills the struct (TensorList.cs), which travels as a parameter, so that a captured launch
// holds all it needs. Each tensor is cut into chunks; blocks walk over the chunks of all tensors in strides of the grid.
#pragma once
#include "prelude.cuh"

constexpr int kMaxTensors = 64, kArrays = 6;         // 4 KiB of parameters are the most that every driver takes
constexpr u32 kChunk = 16384;

struct TensorList {
    u32 count, chunks;
    u32 starts[kMaxTensors + 2];                     // first chunk of each tensor, then their number
    i64 lengths[kMaxTensors];
    void* arrays[kArrays][kMaxTensors];
};

struct ChunkAt { u32 tensor, count; i64 begin; };

DEVICE ChunkAt chunk_at(const TensorList& list, u32 chunk) {
    u32 low = 0, high = list.count;                  // the last tensor that begins at or before the chunk
    while (high - low > 1) {
        u32 middle = (low + high) / 2;
        if (list.starts[middle] <= chunk) low = middle;
        else high = middle;
    }
    i64 begin = (i64)(chunk - list.starts[low]) * kChunk;
    return {low, (u32)smaller(list.lengths[low] - begin, (i64)kChunk), begin};
}

// ---- four neighbours as floats

struct Four { float v[4]; };

struct alignas(8) HalfChunk { u32 w[2]; };

template <class T> DEVICE Four load4(const T* p) {
    HalfChunk c = *reinterpret_cast<const HalfChunk*>(p);
    return {{to_float(T{(u16)c.w[0]}), to_float(T{(u16)(c.w[0] >> 16)}), to_float(T{(u16)c.w[1]}), to_float(T{(u16)(c.w[1] >> 16)})}};
}
template <> DEVICE Four load4<float>(const float* p) {
    Chunk c = *reinterpret_cast<const Chunk*>(p);
    return {{float_of(c.w[0]), float_of(c.w[1]), float_of(c.w[2]), float_of(c.w[3])}};
}

template <class T> DEVICE void store4(T* p, const Four& x) {
    *reinterpret_cast<HalfChunk*>(p) = {{pack2<T>(x.v[0], x.v[1]), pack2<T>(x.v[2], x.v[3])}};
}
template <> DEVICE void store4<float>(float* p, const Four& x) {
    *reinterpret_cast<Chunk*>(p) = {{bits_of(x.v[0]), bits_of(x.v[1]), bits_of(x.v[2]), bits_of(x.v[3])}};
}

template <class T> DEVICE Four load1(const T* p) { return {{to_float(*p), 0.0f, 0.0f, 0.0f}}; }

template <class T> DEVICE void store1(T* p, const Four& x) { *p = from_float<T>(x.v[0]); }

/// Four elements, or the first of them where N is 1.
template <int N, class T> DEVICE Four load(const T* p) {
    if (N == 4) return load4<T>(p);
    return load1<T>(p);
}
template <int N, class T> DEVICE void store(T* p, const Four& x) {
    if (N == 4) store4<T>(p, x);
    else store1<T>(p, x);
}

/// Whether accesses of four elements are aligned in an array that begins here; chunks keep what their array has.
template <class T> DEVICE bool is_aligned(const T* p) { return ((u64)p & (4 * sizeof(T) - 1)) == 0; }

/// body.template run<N>(at) for N = 4 or 1 elements at a time, over a chunk that starts at `begin`.
template <class Body> DEVICE void for_elements(const ChunkAt& chunk, bool aligned, Body& body) {
    u32 fours = aligned ? chunk.count / 4 : 0;
    for (u32 i = threadIdx.x; i < fours; i += blockDim.x) body.template run<4>(chunk.begin + 4 * i);
    for (u32 i = 4 * fours + threadIdx.x; i < chunk.count; i += blockDim.x) body.template run<1>(chunk.begin + i);
}
