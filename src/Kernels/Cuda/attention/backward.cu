// Gradients of attention for halves; D (delta.cu) is Σ dy · y of each query, lse the log of its softmax's denominator:
//   P = exp(scale · q kᵀ + bias - lse)   dS = P ∘ (dy vᵀ - D)   dv = Pᵀ dy   dk = scale · dSᵀ q   dq = scale · dS k
// Two kernels that both recompute P: `keys` owns WARPS · 16 keys and walks the queries, `queries` owns as many queries and walks the
// keys. So every sum has one owner and one order, without atomics or workspace; 7 products of lq · lk · WIDTH for 5.
// The matrices of `keys` are the transposed ones (rows are keys), so that P and dS are first operands as they come out.
// Shared: a ring of two stages of two tiles; what a block owns passes through it into registers, or beyond 80 columns stays beside it.
// Products exact in f32, sums f32, P and dS rounded to T. Dao, FlashAttention-2, 2023, section 3.1.
#include "attention/tiles.cuh"

constexpr int kRows = WARPS * 16;

// What both kernels need of a tile of scores: from products to probabilities needs one statistic a query.
DEVICE float probability(float product, float factor, float bias, float log_sum_exp) {
    return exponential(BIAS ? product * factor + (bias * kLog2E - log_sum_exp) : product * factor - log_sum_exp);
}

// In base 2; a query that sees no key gets +inf, so that its probabilities are 0.
DEVICE float log_sum_exp_at(const float* log_sum_exp, i32 row, i32 length) {
    float value = row < length ? log_sum_exp[row] : -infinity();
    return value == -infinity() ? infinity() : value * kLog2E;
}

// ---- dk, dv

constexpr int kQueries = WIDTH <= 48 ? 64 : 32, kQueryPairs = kQueries / 16;
constexpr bool kHolds = WIDTH <= 80;
template <bool Holds> struct Held { typedef RowOperand Rows; };
template <> struct Held<false> { typedef SharedRowOperand Rows; };
typedef Held<kHolds>::Rows Rows;

struct KeyGradients {
    float dk[1][kColumns][4], dv[1][kColumns][4];
    Rows k[1], v[1];
    i32 first;                                       // of the warp's 16 keys
    bool is_seen[2];                                 // keys `group` and `group` + 8
};

DEVICE void add_queries(KeyGradients& g, const AttentionCall& call, const Place& at, i32 first, u32 stage, const float* statistics, const Lane& lane) {
    float factor = factor_of(call.scale);
    float p[1][2 * kQueryPairs][4], d[1][2 * kQueryPairs][4];
    multiply_rows<1, kQueryPairs>(p, g.k, stage, lane, kQueryPairs);
    bool crosses = CAUSAL && first < g.first + 15;
#pragma unroll
    for (int j = 0; j < 2 * kQueryPairs; j++)
#pragma unroll
        for (int i = 0; i < 4; i++) {
            i32 column = j * 8 + lane.quad * 2 + i % 2, key = g.first + i / 2 * 8 + lane.group;
            float bias = 0.0f;
            if (BIAS && first + column < call.q.length && key < call.k.length)
                bias = to_float(*bias_at<T>(call, at, first + column, call.first_key + key));
            float value = probability(p[0][j][i], factor, bias, statistics[column]);
            bool is_seen = (!MASK || g.is_seen[i / 2]) && (!crosses || key <= first + column);
            p[0][j][i] = is_seen ? value : 0.0f;
        }
    u32 dy = stage + kQueries * kRowBytes;
    multiply_columns<1, kQueryPairs>(g.dv, p, dy, lane, kQueryPairs);
    multiply_rows<1, kQueryPairs>(d, g.v, dy, lane, kQueryPairs);
#pragma unroll
    for (int j = 0; j < 2 * kQueryPairs; j++)
#pragma unroll
        for (int i = 0; i < 4; i++) d[0][j][i] = p[0][j][i] * (d[0][j][i] - statistics[kQueries + j * 8 + lane.quad * 2 + i % 2]);
    multiply_columns<1, kQueryPairs>(g.dk, d, stage, lane, kQueryPairs);
}

KERNEL(__launch_bounds__(kThreads) keys)(AttentionCall call, const float* log_sum_exp, const float* delta, T* dk, T* dv) {
    SHARED_BYTES(smem);
    constexpr int stage_bytes = 2 * kQueries * kRowBytes, own_bytes = 2 * kRows * kRowBytes;
    constexpr int ring_at = kHolds ? 0 : own_bytes, tile_bytes = kHolds && own_bytes > 2 * stage_bytes ? own_bytes : ring_at + 2 * stage_bytes;
    float* statistics = reinterpret_cast<float*>(smem + tile_bytes);     // two stages of lse and D
    Place at = place_of(blockIdx.x, tiles_of(call.k.length, kRows), call.heads);
    i32 first = at.tile * kRows, tiles = tiles_of(call.q.length, kQueries), tile = CAUSAL ? first / kQueries : 0;
    Lane lane = lane_of_thread();
    u32 own = shared_address(smem), ring = own + ring_at;
    log_sum_exp += statistics_at(call, at), delta += statistics_at(call, at);

    auto copy_tile = [&](i32 t) { copy_stage<kQueries>(ring + t % 2 * stage_bytes, call.q, call.dy, at, t * kQueries, call.q.length); };
    auto statistic = [&](i32 t) {                    // one a thread: lse of the tile's queries, then D
        i32 i = threadIdx.x, row = t * kQueries + i % kQueries;
        if (i < kQueries) return log_sum_exp_at(log_sum_exp, row, call.q.length);
        return i < 2 * kQueries && row < call.q.length ? delta[row] : 0.0f;
    };
    auto keep = [&](i32 t, float value) {
        if (threadIdx.x < 2 * kQueries) statistics[t % 2 * 2 * kQueries + threadIdx.x] = value;
    };
    copy_stage<kRows>(own, call.k, call.v, at, first, call.k.length);
    cp_async_commit();
    cp_async_wait<0>();
    block_sync();
    KeyGradients g;
    g.first = first + lane.warp * 16;
    g.k[0].load(own + lane.warp * 16 * kRowBytes, lane);
    g.v[0].load(own + (kRows + lane.warp * 16) * kRowBytes, lane);
    g.k[0].change_sign(signs_of(call.scale));
#pragma unroll
    for (int c = 0; c < kColumns; c++)
#pragma unroll
        for (int i = 0; i < 4; i++) g.dk[0][c][i] = g.dv[0][c][i] = 0.0f;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        i32 key = g.first + half * 8 + lane.group;
        g.is_seen[half] = !MASK || (key < call.k.length && call.mask[(i64)at.sample * call.keys + call.first_key + key]);
    }
    if (kHolds) block_sync();                        // the ring takes the place of what is in registers now
    if (tile < tiles) copy_tile(tile), keep(tile, statistic(tile));
    cp_async_commit();
    for (; tile < tiles; tile++) {
        cp_async_wait<0>();
        block_sync();
        float next = 0.0f;
        if (tile + 1 < tiles) copy_tile(tile + 1), next = statistic(tile + 1);
        cp_async_commit();
        if (!CAUSAL || tile * kQueries + kQueries > g.first)
            add_queries(g, call, at, tile * kQueries, ring + tile % 2 * stage_bytes, statistics + tile % 2 * 2 * kQueries, lane);
        keep(tile + 1, next);
    }
    cp_async_wait<0>();
    block_sync();
    unsigned char* rows = smem + lane.warp * 16 * kRowBytes;
    if (dk) store_rows(g.dk[0], call.scale, call.scale, rows, lane, g.first, call.k.length, [&](i32 row) { return row_of(dk, call, at, call.k.length, row); });
    if (dv) store_rows(g.dv[0], 1.0f, 1.0f, rows, lane, g.first, call.k.length, [&](i32 row) { return row_of(dv, call, at, call.k.length, row); });
}

// ---- dq

constexpr int kKeys = WIDTH <= 64 ? 64 : 32, kKeyPairs = kKeys / 16;

struct QueryGradients {
    float dq[1][kColumns][4];
    RowOperand q[1], dy[1];
    float log_sum_exp[2], delta[2];
    i32 first;
};

// Whole: every row sees all keys of the tile.
template <bool Whole> DEVICE void add_keys(QueryGradients& g, const AttentionCall& call, const Place& at, const KeyTile& keys, const Visible& visible, u32 stage, const Lane& lane) {
    float factor = factor_of(call.scale);
    float p[1][2 * kKeyPairs][4], d[1][2 * kKeyPairs][4];
    int pairs = Whole ? kKeyPairs : tiles_of(keys.count, 16);
    multiply_rows<1, kKeyPairs>(p, g.q, stage, lane, pairs);
    multiply_rows<1, kKeyPairs>(d, g.dy, stage + kKeys * kRowBytes, lane, pairs);
#pragma unroll
    for (int j = 0; j < 2 * kKeyPairs; j++)
#pragma unroll
        for (int i = 0; i < 4; i++) {
            i32 column = lane.quad * 2 + i % 2, row = g.first + i / 2 * 8 + lane.group;
            bool is_seen = Whole || (visible.at(j, column) && (!CAUSAL || keys.index + j * 8 + column <= row));
            float bias = BIAS && is_seen ? to_float(bias_at<T>(call, at, smaller(row, call.q.length - 1), keys.index)[j * 8 + column]) : 0.0f;
            float value = probability(p[0][j][i], factor, bias, g.log_sum_exp[i / 2]);
            d[0][j][i] = is_seen ? value * (d[0][j][i] - g.delta[i / 2]) : 0.0f;
        }
    multiply_columns<1, kKeyPairs>(g.dq, d, stage, lane, pairs);
}

KERNEL(__launch_bounds__(kThreads) queries)(AttentionCall call, const float* log_sum_exp, const float* delta, T* dq) {
    SHARED_BYTES(smem);
    constexpr int stage_bytes = 2 * kKeys * kRowBytes;
    i32 row_tiles = tiles_of(call.q.length, kRows);
    Place at = place_of(blockIdx.x, row_tiles, call.heads);
    if (CAUSAL) at.tile = row_tiles - 1 - at.tile;   // the longest first
    i32 first = at.tile * kRows, last = smaller(first + kRows, call.q.length) - 1;
    i32 tiles = tiles_of(CAUSAL ? smaller(call.k.length, last + 1) : call.k.length, kKeys);
    i32 all_tiles = tiles + (SECOND ? tiles_of(call.k2.length, kKeys) : 0);
    const u8* mask = MASK ? call.mask + (i64)at.sample * call.keys : nullptr;
    Lane lane = lane_of_thread();
    u32 ring = shared_address(smem);
    log_sum_exp += statistics_at(call, at), delta += statistics_at(call, at);

    auto copy_tile = [&](i32 t) {
        KeyTile keys = key_tile<kKeys>(call, t, tiles);
        copy_stage<kKeys>(ring + t % 2 * stage_bytes, *keys.k, *keys.v, at, keys.first, keys.k->length);
    };
    copy_stage<kRows>(ring, call.q, call.dy, at, first, call.q.length);
    cp_async_commit();
    cp_async_wait<0>();
    block_sync();
    QueryGradients g;
    g.first = first + lane.warp * 16;
    g.q[0].load(ring + lane.warp * 16 * kRowBytes, lane);
    g.dy[0].load(ring + (kRows + lane.warp * 16) * kRowBytes, lane);
    g.q[0].change_sign(signs_of(call.scale));
#pragma unroll
    for (int c = 0; c < kColumns; c++)
#pragma unroll
        for (int i = 0; i < 4; i++) g.dq[0][c][i] = 0.0f;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        i32 row = g.first + half * 8 + lane.group;
        g.log_sum_exp[half] = log_sum_exp_at(log_sum_exp, row, call.q.length);
        g.delta[half] = row < call.q.length ? delta[row] : 0.0f;
    }
    block_sync();                                    // the ring takes the place of what is in registers now
    if (all_tiles > 0) copy_tile(0);
    cp_async_commit();
    for (i32 tile = 0; tile < all_tiles; tile++) {
        cp_async_wait<0>();
        block_sync();
        if (tile + 1 < all_tiles) copy_tile(tile + 1);
        cp_async_commit();
        KeyTile keys = key_tile<kKeys>(call, tile, tiles);
        Visible visible = visible_keys<MASK>(mask + keys.index, keys.count, lane.lane);
        if (visible.none() || (CAUSAL && keys.first > g.first + 15)) continue;
        u32 stage = ring + tile % 2 * stage_bytes;
        if (visible.all<kKeys>() && (!CAUSAL || keys.first + kKeys - 1 <= g.first)) add_keys<true>(g, call, at, keys, visible, stage, lane);
        else add_keys<false>(g, call, at, keys, visible, stage, lane);
    }
    cp_async_wait<0>();
    block_sync();
    store_rows(g.dq[0], call.scale, call.scale, smem + lane.warp * 16 * kRowBytes, lane, g.first, call.q.length,
               [&](i32 row) { return row_of(dq, call, at, call.q.length, row); });
}

EXPORT_KERNELS(keys, queries)
