// y = softmax(scale · q kᵀ + bias, masked) v for halves, and the log of each softmax's denominator (natural, f32).
// Block: WARPS warps of ROW_TILES · 16 queries of one head; keys in tiles of 64 through a ring of two. WIDTH is the exact head width.
// Queries, scores, probabilities and sums stay in registers: the scores of a warp are the first operand of its second product.
// Shared: 2 · 2 · 64 rows of WIDTH (an odd number of chunks each); the queries pass through the second stage before it is needed.
// 4 · lq · lk · WIDTH FLOPs a head, each operand read once a block. Products exact in f32, sums f32, probabilities rounded to T.
// Dao, FlashAttention-2, 2023, algorithm 1; scores in base 2; the rescaling is left out where no maximum of the warp has moved.
#include "attention/tiles.cuh"

constexpr int kTiles = ROW_TILES, kRows = WARPS * kTiles * 16;
constexpr int kKeys = 64, kPairs = kKeys / 16, kStageBytes = 2 * kKeys * kRowBytes;
static_assert(kRows <= 2 * kKeys, "the queries fit into a stage");

// Of rows `group` and `group` + 8; the sums are of this lane's columns alone.
struct Softmax {
    float max[2], sum[2];
};

// What one warp works on.
struct Queries {
    RowOperand rows[kTiles];
    Softmax softmax[kTiles];
    float o[kTiles][kColumns][4];
    float factor;                                    // from products to scores in base 2
    i32 first;
};

// Adds the bias, after which scores are in base 2.
template <bool Whole> DEVICE void add_bias(float (&s)[2 * kPairs][4], const AttentionCall& call, const Place& at, const KeyTile& keys, i32 row, float factor, const Lane& lane) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const T* bias = bias_at<T>(call, at, smaller(row + half * 8 + lane.group, call.q.length - 1), keys.index) + lane.quad * 2;
#pragma unroll
        for (int j = 0; j < 2 * kPairs; j++) {
            float b[2];
            if (Whole && call.bias_pairs) {
                u32 both = *reinterpret_cast<const u32*>(bias + j * 8);
                b[0] = to_float(T{(u16)both}), b[1] = to_float(T{(u16)(both >> 16)});
            } else {
#pragma unroll
                for (int e = 0; e < 2; e++) b[e] = Whole || j * 8 + lane.quad * 2 + e < keys.count ? to_float(bias[j * 8 + e]) : 0.0f;
            }
#pragma unroll
            for (int e = 0; e < 2; e++) s[j][half * 2 + e] = s[j][half * 2 + e] * factor + b[e] * kLog2E;
        }
    }
}

DEVICE void hide_keys(float (&s)[2 * kPairs][4], const KeyTile& keys, i32 row, const Visible& visible, const Lane& lane) {
#pragma unroll
    for (int j = 0; j < 2 * kPairs; j++)
#pragma unroll
        for (int i = 0; i < 4; i++) {
            i32 column = lane.quad * 2 + i % 2, query = row + i / 2 * 8 + lane.group;
            if (!visible.at(j, column) || (CAUSAL && keys.index + j * 8 + column > query)) s[j][i] = -infinity();
        }
}

// From scores to probabilities, on the scale of the maximum so far; `o` and the sum so far are brought to that scale.
DEVICE void soften(float (&s)[2 * kPairs][4], Softmax& softmax, float (&o)[kColumns][4], float factor) {
    float rescale[2];
    bool has_moved = false;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        float most = max2(s[0][half * 2], s[0][half * 2 + 1]);
#pragma unroll
        for (int j = 1; j < 2 * kPairs; j++) most = max2(most, max2(s[j][half * 2], s[j][half * 2 + 1]));
        float before = softmax.max[half], now = max2(before, quad_max(most));
        // A row that has seen no key keeps -inf, against which nothing can be measured.
        float shift = now == -infinity() ? 0.0f : now * factor, sum = 0.0f;
        rescale[half] = exponential(before * factor - shift);
        has_moved |= now > before;
        softmax.max[half] = now;
#pragma unroll
        for (int j = 0; j < 2 * kPairs; j++)
#pragma unroll
            for (int e = 0; e < 2; e++) {
                float& score = s[j][half * 2 + e];
                score = exponential(score * factor - shift);
                sum += score;
            }
        softmax.sum[half] = softmax.sum[half] * rescale[half] + sum;
    }
    if (!warp_ballot(has_moved)) return;
#pragma unroll
    for (int c = 0; c < kColumns; c++)
#pragma unroll
        for (int i = 0; i < 4; i++) o[c][i] *= rescale[i / 2];
}

// Whole: every row sees all keys of the tile.
template <bool Whole> DEVICE void add_tile(Queries& q, const AttentionCall& call, const Place& at, const KeyTile& keys, const Visible& visible, u32 stage, const Lane& lane) {
    float s[kTiles][2 * kPairs][4];
    int pairs = Whole ? kPairs : tiles_of(keys.count, 16);
    multiply_rows<kTiles, kPairs>(s, q.rows, stage, lane, pairs);
#pragma unroll
    for (int m = 0; m < kTiles; m++) {
        if (BIAS) add_bias<Whole>(s[m], call, at, keys, q.first + m * 16, q.factor, lane);
        if (!Whole) hide_keys(s[m], keys, q.first + m * 16, visible, lane);
        soften(s[m], q.softmax[m], q.o[m], BIAS ? 1.0f : q.factor);
    }
    multiply_columns<kTiles, kPairs>(q.o, s, stage + kKeys * kRowBytes, lane, pairs);
}

DEVICE void finish(Queries& q, const AttentionCall& call, const Place& at, T* y, float* log_sum_exp, unsigned char* smem, const Lane& lane) {
    unsigned char* own = smem + lane.warp * 16 * kRowBytes;
#pragma unroll
    for (int m = 0; m < kTiles; m++) {
        float inverse[2];
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float sum = quad_sum(q.softmax[m].sum[half]), max = q.softmax[m].max[half] * (BIAS ? 1.0f : q.factor);
            inverse[half] = sum > 0.0f ? 1.0f / sum : 0.0f;
            i32 row = q.first + m * 16 + half * 8 + lane.group;
            if (lane.quad == 0 && row < call.q.length)
                log_sum_exp[statistics_at(call, at) + row] = sum > 0.0f ? (max + fast_log2(sum)) * kLn2 : -infinity();
        }
        store_rows(q.o[m], inverse[0], inverse[1], own, lane, q.first + m * 16, call.q.length,
                   [&](i32 row) { return row_of(y, call, at, call.q.length, row); });
    }
}

DEVICE void copy_tile(u32 stage, const KeyTile& tile, const Place& at) {
    copy_stage<kKeys>(stage, *tile.k, *tile.v, at, tile.first, tile.k->length);
}

KERNEL(__launch_bounds__(kThreads) forward)(AttentionCall call, T* y, float* log_sum_exp) {
    SHARED_BYTES(smem);
    i32 row_tiles = tiles_of(call.q.length, kRows);
    Place at = place_of(blockIdx.x, row_tiles, call.heads);
    if (CAUSAL) at.tile = row_tiles - 1 - at.tile;   // the longest first
    i32 first = at.tile * kRows, last = smaller(first + kRows, call.q.length) - 1;
    i32 tiles = tiles_of(CAUSAL ? smaller(call.k.length, last + 1) : call.k.length, kKeys);
    i32 all_tiles = tiles + (SECOND ? tiles_of(call.k2.length, kKeys) : 0);
    const u8* mask = MASK ? call.mask + (i64)at.sample * call.keys : nullptr;
    Lane lane = lane_of_thread();
    u32 ring = shared_address(smem);

    copy_rows<kRows>(ring + kStageBytes, call.q.at<T>(at.sample, at.head), call.q.row, first, call.q.length);
    cp_async_commit();
    if (all_tiles > 0) copy_tile(ring, key_tile<kKeys>(call, 0, tiles), at);
    cp_async_commit();
    cp_async_wait<1>();
    block_sync();
    Queries q;
    q.factor = factor_of(call.scale);
    q.first = first + lane.warp * kTiles * 16;
#pragma unroll
    for (int m = 0; m < kTiles; m++) {
        q.rows[m].load(ring + kStageBytes + (lane.warp * kTiles + m) * 16 * kRowBytes, lane);
        q.rows[m].change_sign(signs_of(call.scale));
        q.softmax[m] = {{-infinity(), -infinity()}, {0.0f, 0.0f}};
#pragma unroll
        for (int c = 0; c < kColumns; c++)
#pragma unroll
            for (int i = 0; i < 4; i++) q.o[m][c][i] = 0.0f;
    }
    for (i32 tile = 0; tile < all_tiles; tile++) {
        cp_async_wait<0>();
        block_sync();                                // the tile is there, and the other stage is read no more
        if (tile + 1 < all_tiles) copy_tile(ring + (tile + 1) % 2 * kStageBytes, key_tile<kKeys>(call, tile + 1, tiles), at);
        cp_async_commit();
        KeyTile keys = key_tile<kKeys>(call, tile, tiles);
        Visible visible = visible_keys<MASK>(mask + keys.index, keys.count, lane.lane);
        if (visible.none() || (CAUSAL && keys.first > q.first + kTiles * 16 - 1)) continue;
        bool is_whole = visible.all<kKeys>() && (!CAUSAL || keys.first + kKeys - 1 <= q.first);
        u32 stage = ring + tile % 2 * kStageBytes;
        if (is_whole) add_tile<true>(q, call, at, keys, visible, stage, lane);
        else add_tile<false>(q, call, at, keys, visible, stage, lane);
    }
    cp_async_wait<0>();
    block_sync();
    finish(q, call, at, y, log_sum_exp, smem, lane);
}

EXPORT_KERNELS(forward)
