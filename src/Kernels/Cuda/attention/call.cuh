// What every attention kernel is told; the host fills the same structs (AttentionCall.cs).
#pragma once
#include "prelude.cuh"

/// A view (samples, length, heads, width) whose last axis is adjacent; steps in elements.
struct Heads {
    void* data;
    i32 sample, row, head, length;

    template <class T> DEVICE T* at(i32 n, i32 h) const { return static_cast<T*>(data) + (i64)n * sample + (i64)h * head; }
};

struct AttentionCall {
    Heads q, k, v, k2, v2;                           // second keys come after the first in the same softmax; length 0: none
    Heads dy;                                        // backward alone
    const void* bias;                                // (samples, heads, queries, keys), keys adjacent; steps 0 where shared
    const u8* mask;                                  // (samples, keys)
    i32 bias_sample, bias_head, bias_row;
    i32 samples, heads, width;
    i32 keys;                                        // of both segments
    i32 first_key;                                   // where k begins among them: kernels that own keys see one segment as k
    float scale;
    i32 causal;                                      // read where it is no constant
    i32 bias_pairs;                                  // whether two neighbours of the bias can be read at once
    i32 unused;
};

/// The head and the tile of rows that a block owns; the tiles of one head are neighbours, so that they share it in L2.
struct Place {
    i32 tile, head, sample;
};

DEVICE Place place_of(u32 block, i32 tiles, i32 heads) {
    u32 pair = block / (u32)tiles, sample = pair / (u32)heads;
    return {(i32)(block - pair * (u32)tiles), (i32)(pair - sample * (u32)heads), (i32)sample};
}

DEVICE constexpr i32 tiles_of(i32 length, i32 rows) { return (length + rows - 1) / rows; }

/// Row `row` of the bias of a head, from key `key` on.
template <class T> DEVICE const T* bias_at(const AttentionCall& call, const Place& at, i32 row, i32 key) {
    return static_cast<const T*>(call.bias) + (i64)at.sample * call.bias_sample + (i64)at.head * call.bias_head + (i64)row * call.bias_row + key;
}

/// Where the row of a result (samples, length, heads, width) without gaps lies.
template <class T> DEVICE T* row_of(T* result, const AttentionCall& call, const Place& at, i32 length, i32 row) {
    return result + (((i64)at.sample * length + row) * call.heads + at.head) * call.width;
}

/// Where the statistics of a head's queries lie.
DEVICE i64 statistics_at(const AttentionCall& call, const Place& at) { return ((i64)at.sample * call.heads + at.head) * call.q.length; }
