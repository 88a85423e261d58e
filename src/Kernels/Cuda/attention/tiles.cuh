// Products of tiles of halves for attention: rows of WIDTH numbers in shared memory, operands by ldmatrix, results in registers.
// A row takes an odd number of 16-byte chunks, so that the 8 rows that ldmatrix reads together lie in different banks for every width.
#pragma once
#include "attention/call.cuh"
#include "matrix.cuh"

typedef TYPE T;

constexpr int kWidth = WIDTH, kChunks = kWidth / 8, kRowBytes = (kChunks | 1) * 16;
constexpr int kSteps = kWidth / 16;                  // of 16 along the width; a rest of 8 is a step of its own
constexpr bool kHasRest = kWidth % 16 != 0;
constexpr int kThreads = WARPS * 32;
constexpr int kColumns = kWidth / 8;                 // blocks of 8 along the width
static_assert(kWidth % 8 == 0, "rows are copied by 16 bytes");

/// The place in registers: row `group` and `group` + 8, columns 2 · `quad` and the next of each block of 8.
struct Lane {
    i32 warp, lane, group, quad;
    u32 rows_address;                                // of this lane's row in 16 rows, matrices ordered as an A operand
    u32 columns_address;                             // the same, matrices ordered as two B operands
};

DEVICE Lane lane_of_thread() {
    u32 lane = threadIdx.x % 32;
    u32 low = lane % 8, first = lane / 8 % 2, second = lane / 16;
    return {(i32)(threadIdx.x / 32), (i32)lane, (i32)(lane / 4), (i32)(lane % 4),
            (first * 8 + low) * kRowBytes + second * 16, (second * 8 + low) * kRowBytes + first * 16};
}

// Lanes that copy one row, each every kCopyLanes-th chunk of it: 4 read whole sectors and leave one offset a thread.
constexpr int kCopyLanes = kChunks % 8 == 0 ? 8 : kChunks >= 4 ? 4 : kChunks >= 2 ? 2 : 1;
constexpr int kCopyRows = kThreads / kCopyLanes;

/// Starts the copy of rows [first, first + Rows) of a head; those from `length` on become zero. The host has seen to it that 256
/// steps fit into 32 bits.
template <int Rows> DEVICE void copy_rows(u32 to, const T* from, i32 step, i32 first, i32 length) {
    i32 own_row = threadIdx.x / kCopyLanes, own_chunk = threadIdx.x % kCopyLanes, inside = length - first;
    const T* tile = from + (i64)first * step;
    i32 offset = own_row * step + own_chunk * 8;
    to += own_row * kRowBytes + own_chunk * 16;
#pragma unroll
    for (int pass = 0; pass < tiles_of(Rows, kCopyRows); pass++)
#pragma unroll
        for (int chunk = 0; chunk < kChunks; chunk += kCopyLanes) {
            i32 row = own_row + pass * kCopyRows;
            if ((Rows % kCopyRows != 0 && row >= Rows) || (chunk + kCopyLanes > kChunks && chunk + own_chunk >= kChunks)) continue;
            bool is_inside = row < inside;
            cp_async16(to + pass * kCopyRows * kRowBytes + chunk * 16, is_inside ? tile + (offset + pass * kCopyRows * step + chunk * 8) : from, is_inside ? 16 : 0);
        }
}

/// 16 rows of a tile as the A operand.
struct RowOperand {
    u32 steps[kSteps > 0 ? kSteps : 1][4], rest[2];

    DEVICE void load(u32 tile, const Lane& lane) {
#pragma unroll
        for (int k = 0; k < kSteps; k++) ldmatrix_x4(steps[k], tile + lane.rows_address + k * 32);
        if (kHasRest) ldmatrix_x2(rest, tile + lane.rows_address + kSteps * 32);
    }

    DEVICE void change_sign(u32 signs) {
#pragma unroll
        for (int k = 0; k < kSteps; k++)
#pragma unroll
            for (int i = 0; i < 4; i++) steps[k][i] ^= signs;
        if (kHasRest) rest[0] ^= signs, rest[1] ^= signs;
    }

    DEVICE void step(int k, u32 (&a)[4]) const {
#pragma unroll
        for (int i = 0; i < 4; i++) a[i] = steps[k][i];
    }
    DEVICE void last(u32 (&a)[2]) const { a[0] = rest[0], a[1] = rest[1]; }
};

/// The same, read from shared memory whenever it is needed: where registers do not suffice.
struct SharedRowOperand {
    u32 address, signs;

    DEVICE void load(u32 tile, const Lane& lane) { address = tile + lane.rows_address, signs = 0; }
    DEVICE void change_sign(u32 which) { signs = which; }

    DEVICE void step(int k, u32 (&a)[4]) const {
        ldmatrix_x4(a, address + k * 32);
#pragma unroll
        for (int i = 0; i < 4; i++) a[i] ^= signs;
    }
    DEVICE void last(u32 (&a)[2]) const {
        ldmatrix_x2(a, address + kSteps * 32);
        a[0] ^= signs, a[1] ^= signs;
    }
};

/// s[m][j] = rows m · rowsᵀ: 8 rows of the other tile for each j. Only the first `pairs` blocks of 16 are computed.
template <int Tiles, int Pairs, class Rows> DEVICE void multiply_rows(float (&s)[Tiles][2 * Pairs][4], const Rows (&rows)[Tiles], u32 tile, const Lane& lane, int pairs) {
#pragma unroll
    for (int m = 0; m < Tiles; m++)
#pragma unroll
        for (int j = 0; j < 2 * Pairs; j++) s[m][j][0] = s[m][j][1] = s[m][j][2] = s[m][j][3] = 0.0f;
#pragma unroll
    for (int k = 0; k < kSteps; k++) {
        u32 a[Tiles][4];
#pragma unroll
        for (int m = 0; m < Tiles; m++) rows[m].step(k, a[m]);
#pragma unroll
        for (int p = 0; p < Pairs; p++) {
            if (p >= pairs) continue;
            u32 b[4];
            ldmatrix_x4(b, tile + lane.columns_address + p * 16 * kRowBytes + k * 32);
#pragma unroll
            for (int m = 0; m < Tiles; m++) {
                Mma<T>::k16step(s[m][2 * p], a[m], b[0], b[1]);
                Mma<T>::k16step(s[m][2 * p + 1], a[m], b[2], b[3]);
            }
        }
    }
    if (!kHasRest) return;
    u32 a[Tiles][2];
#pragma unroll
    for (int m = 0; m < Tiles; m++) rows[m].last(a[m]);
#pragma unroll
    for (int p = 0; p < Pairs; p += 2) {             // a rest of 8: 32 rows at once
        if (p >= pairs) continue;
        u32 b[4];
        ldmatrix_x4(b, tile + (p * 16 + lane.lane) * kRowBytes + kSteps * 32);
#pragma unroll
        for (int m = 0; m < Tiles; m++)
#pragma unroll
            for (int j = 0; j < 4; j++) Mma<T>::k8step(s[m][2 * p + j], a[m], b[j]);
    }
}

/// o[m] += weights m · rows of the tile: weights of 16 rows come as results of multiply_rows and are rounded to T.
template <int Tiles, int Pairs> DEVICE void multiply_columns(float (&o)[Tiles][kColumns][4], const float (&w)[Tiles][2 * Pairs][4], u32 tile, const Lane& lane, int pairs) {
#pragma unroll
    for (int p = 0; p < Pairs; p++) {
        if (p >= pairs) continue;
        u32 a[Tiles][4];
#pragma unroll
        for (int m = 0; m < Tiles; m++)
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const float* pair = &w[m][2 * p + i / 2][i % 2 * 2];
                a[m][i] = pack2<T>(pair[0], pair[1]);
            }
        u32 rows = tile + lane.rows_address + p * 16 * kRowBytes;
#pragma unroll
        for (int c = 0; c < kColumns / 2; c++) {
            u32 b[4];
            ldmatrix_x4_trans(b, rows + c * 32);
#pragma unroll
            for (int m = 0; m < Tiles; m++) {
                Mma<T>::k16step(o[m][2 * c], a[m], b[0], b[1]);
                Mma<T>::k16step(o[m][2 * c + 1], a[m], b[2], b[3]);
            }
        }
        if (kColumns % 2 != 0) {
            u32 b[2];
            ldmatrix_x2_trans(b, rows + kColumns / 2 * 32);
#pragma unroll
            for (int m = 0; m < Tiles; m++) Mma<T>::k16step(o[m][kColumns - 1], a[m], b[0], b[1]);
        }
    }
}

/// Writes 16 rows of results, times a factor for each half, through 16 rows of shared memory that are the warp's own.
template <class Row> DEVICE void store_rows(const float (&o)[kColumns][4], float upper, float lower, unsigned char* own, const Lane& lane, i32 first, i32 length, Row row_at) {
#pragma unroll
    for (int c = 0; c < kColumns; c++) {
        u32* at = reinterpret_cast<u32*>(own + lane.group * kRowBytes + c * 16) + lane.quad;
        at[0] = pack2<T>(o[c][0] * upper, o[c][1] * upper);
        at[8 * kRowBytes / 4] = pack2<T>(o[c][2] * lower, o[c][3] * lower);
    }
    warp_sync();
#pragma unroll
    for (int n = 0; n < kChunks / 2 + kChunks % 2; n++) {
        i32 i = n * 32 + lane.lane, row = i / kChunks, chunk = i % kChunks;
        if (row < 16 && first + row < length)
            *reinterpret_cast<Chunk*>(row_at(first + row) + chunk * 8) = *reinterpret_cast<const Chunk*>(own + row * kRowBytes + chunk * 16);
    }
    warp_sync();
}

DEVICE float quad_sum(float v) {
    v += shfl_xor(v, 1);
    return v + shfl_xor(v, 2);
}

DEVICE float quad_max(float v) {
    v = max2(v, shfl_xor(v, 1));
    return max2(v, shfl_xor(v, 2));
}

/// 2^x of a probability: the one place where exponentials are made.
DEVICE float exponential(float x) { return fast_exp2(x); }

/// Which of up to 64 keys from `first` on can be seen, of `count` that exist: one bit each.
struct Visible {
    u32 low, high;

    /// Of the first 32 or 64.
    template <int Keys> DEVICE bool all() const { return (Keys == 32 ? low : low & high) == ~0u; }
    DEVICE bool none() const { return (low | high) == 0; }
    /// Key `column` of the block of 8 keys.
    DEVICE bool at(int block, i32 column) const { return (block < 4 ? low : high) >> (block % 4 * 8 + column) & 1; }
};

DEVICE u32 first_bits(i32 count) { return count >= 32 ? ~0u : count <= 0 ? 0u : (1u << count) - 1; }

template <bool HasMask> DEVICE Visible visible_keys(const u8* mask, i32 count, i32 lane) {
    if (!HasMask) return {first_bits(count), first_bits(count - 32)};
    return {warp_ballot(lane < count && mask[lane]), warp_ballot(lane + 32 < count && mask[lane + 32])};
}

/// One tile of keys: where it lies, and how many there are.
struct KeyTile {
    const Heads *k, *v;
    i32 first, count, index;                         // index: of the first among the keys of both segments
};

/// Tile number `tile`, where `tiles` of the first segment come before those of the second.
template <int Keys> DEVICE KeyTile key_tile(const AttentionCall& call, i32 tile, i32 tiles) {
    bool is_second = SECOND && tile >= tiles;
    const Heads &k = is_second ? call.k2 : call.k, &v = is_second ? call.v2 : call.v;
    i32 first = (is_second ? tile - tiles : tile) * Keys;
    return {&k, &v, first, smaller(Keys, k.length - first), first + (is_second ? call.k.length : 0)};
}

/// Both tiles of a stage of the ring, `Rows` rows each.
template <int Rows> DEVICE void copy_stage(u32 stage, const Heads& a, const Heads& b, const Place& at, i32 first, i32 length) {
    copy_rows<Rows>(stage, a.at<T>(at.sample, at.head), a.row, first, length);
    copy_rows<Rows>(stage + Rows * kRowBytes, b.at<T>(at.sample, at.head), b.row, first, length);
}

/// From products to scores in base 2, without the sign; above 0, for it multiplies infinities.
DEVICE float factor_of(float scale) { return larger(scale < 0.0f ? -scale : scale, 1e-30f) * kLog2E; }

DEVICE u32 signs_of(float scale) { return scale < 0.0f ? 0x80008000u : 0u; }
