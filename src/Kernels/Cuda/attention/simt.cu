// Attention and its gradients without tensor cores, sums in f32: exact for f32, and for halves of any width. WIDTH: columns of
// results a block has, a multiple of 32; wider heads take several blocks along y, which make the same scores.
//   forward  owns 64 queries, walks the keys: online softmax        keys  owns 64 keys, walks the queries: dk, dv
//   queries  owns 64 queries, walks the keys: dq                    bias  owns 64 x 64 scores, walks the samples and heads they share
// Block: 256 threads, 4 x 4 scores each. Shared: two operands of 32 columns, or 32 rows of results' width; one or two tiles of weights.
// Formulas as in backward.cu; masked keys have the weight 0. Every sum has one owner and one order.
#include "attention/call.cuh"
#include "math.cuh"

typedef TYPE T;

constexpr int kThreads = 256, kSide = 64, kDepth = 32, kPitch = 68;      // pitch: rows of 16-byte accesses in different banks
constexpr int kWidth = WIDTH, kPairs = kWidth / 32;
constexpr int kOperands = 2 * kDepth * kPitch > kDepth * kWidth ? 2 * kDepth * kPitch : kDepth * kWidth;
constexpr int kWeights = kSide * kSide;
static_assert(kWidth % 32 == 0, "16 threads have pairs of columns");

typedef Pack<float, 4> Four;

DEVICE Four load4(const float* p) {
    Four v;
    unpack(*reinterpret_cast<const Chunk*>(p), v);
    return v;
}

struct Thread {
    i32 row, column;                                 // of its 4 x 4 scores; results: 4 rows, columns 32 p + column / 2
};

DEVICE Thread thread_of_block() { return {(i32)(threadIdx.x / 16 * 4), (i32)(threadIdx.x % 16 * 4)}; }

// 32 columns of 64 rows, transposed; what is outside becomes 0.
DEVICE void load_operand(float* to, const T* from, i32 step, i32 first, i32 length, i32 depth, i32 width) {
#pragma unroll
    for (int n = 0; n < kSide * kDepth / kThreads; n++) {
        i32 i = n * kThreads + (i32)threadIdx.x, lane = i % 32, block = i / 32;
        i32 d = block % 4 * 8 + lane % 8, row = block / 4 * 4 + lane / 8;
        bool is_inside = first + row < length && depth + d < width;
        to[d * kPitch + row] = is_inside ? to_float(from[(i64)(first + row) * step + depth + d]) : 0.0f;
    }
}

// s = a bᵀ of 64 rows each.
DEVICE void multiply_rows(float (&s)[4][4], const Heads& a, i32 first_a, const Heads& b, i32 first_b, const AttentionCall& call, const Place& at, float* operands, const Thread& me) {
#pragma unroll
    for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++) s[i][j] = 0.0f;
    float *ta = operands, *tb = operands + kDepth * kPitch;
    for (i32 depth = 0; depth < call.width; depth += kDepth) {
        block_sync();
        load_operand(ta, a.at<T>(at.sample, at.head), a.row, first_a, a.length, depth, call.width);
        load_operand(tb, b.at<T>(at.sample, at.head), b.row, first_b, b.length, depth, call.width);
        block_sync();
#pragma unroll 8
        for (int d = 0; d < kDepth; d++) {
            Four va = load4(ta + d * kPitch + me.row), vb = load4(tb + d * kPitch + me.column);
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 4; j++) s[i][j] += va.v[i] * vb.v[j];
        }
    }
}

// Where the weights of 4 rows for one column lie: rotated, so that neither writing nor reading meets in a bank.
DEVICE i32 weights_at(i32 column, i32 row) { return column * kSide + (row / 4 ^ column / 4 % 16) * 4; }

DEVICE void keep_weights(float* weights, const float (&s)[4][4], const Thread& me) {
#pragma unroll
    for (int j = 0; j < 4; j++) {
        Four v = {{s[0][j], s[1][j], s[2][j], s[3][j]}};
        Chunk c;
        pack(v, c);
        *reinterpret_cast<Chunk*>(weights + weights_at(me.column + j, me.row)) = c;
    }
}

// o += weights · rows [first, first + 64) of b, columns from `offset` on; the weights are visible after its first barrier.
DEVICE void multiply_columns(float (&o)[4][2 * kPairs], const float* weights, const Heads& b, i32 first, i32 offset, const AttentionCall& call, const Place& at, float* operand, const Thread& me) {
    const T* from = b.at<T>(at.sample, at.head);
    for (i32 depth = 0; depth < kSide; depth += kDepth) {
        block_sync();
#pragma unroll 4
        for (int n = 0; n < kDepth * kWidth / kThreads; n++) {
            i32 i = n * kThreads + (i32)threadIdx.x, row = i / kWidth, column = i % kWidth;
            bool is_inside = first + depth + row < b.length && offset + column < call.width;
            operand[i] = is_inside ? to_float(from[(i64)(first + depth + row) * b.row + offset + column]) : 0.0f;
        }
        block_sync();
#pragma unroll 4
        for (int d = 0; d < kDepth; d++) {
            Four w = load4(weights + weights_at(depth + d, me.row));
#pragma unroll
            for (int p = 0; p < kPairs; p++)
#pragma unroll
                for (int e = 0; e < 2; e++) {
                    float v = operand[d * kWidth + p * 32 + me.column / 2 + e];
#pragma unroll
                    for (int i = 0; i < 4; i++) o[i][2 * p + e] += w.v[i] * v;
                }
        }
    }
}

DEVICE void clear(float (&o)[4][2 * kPairs]) {
#pragma unroll
    for (int i = 0; i < 4; i++)
#pragma unroll
        for (int c = 0; c < 2 * kPairs; c++) o[i][c] = 0.0f;
}

DEVICE void store_rows(T* result, const float (&o)[4][2 * kPairs], const float (&factors)[4], i32 first, i32 length, i32 offset, const AttentionCall& call, const Place& at, const Thread& me) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
        i32 row = first + me.row + i;
        if (row >= length) continue;
        T* to = row_of(result, call, at, length, row);
#pragma unroll
        for (int c = 0; c < 2 * kPairs; c++) {
            i32 column = offset + c / 2 * 32 + me.column / 2 + c % 2;
            if (column < call.width) to[column] = from_float<T>(o[i][c] * factors[i]);
        }
    }
}

// The score of a query and a key of the segment that begins at key `index` of all; -inf where there is none or it is hidden.
DEVICE float score_of(float product, i32 query, i32 key, const Heads& keys, i32 index, const AttentionCall& call, const Place& at) {
    if (query >= call.q.length || key >= keys.length || (call.causal && index + key > query)) return -infinity();
    if (call.mask && !call.mask[(i64)at.sample * call.keys + index + key]) return -infinity();
    float bias = call.bias ? to_float(*bias_at<T>(call, at, query, index + key)) : 0.0f;
    return product * call.scale + bias;
}

DEVICE float weight_of(float score, float shift) { return score == -infinity() ? 0.0f : exp_of(score - shift); }

DEVICE i32 seen_keys(const Heads& keys, i32 end_query, const AttentionCall& call) { return call.causal ? smaller(keys.length, end_query) : keys.length; }

KERNEL(__launch_bounds__(kThreads) forward)(AttentionCall call, T* y, float* log_sum_exp) {
    SHARED_BYTES(smem);
    float *operands = reinterpret_cast<float*>(smem), *weights = operands + kOperands;
    Place at = place_of(blockIdx.x, tiles_of(call.q.length, kSide), call.heads);
    Thread me = thread_of_block();
    i32 first = at.tile * kSide, offset = blockIdx.y * kWidth;
    float max[4], sum[4], o[4][2 * kPairs];
    clear(o);
#pragma unroll
    for (int i = 0; i < 4; i++) max[i] = -infinity(), sum[i] = 0.0f;
    for (int segment = 0; segment < 2; segment++) {
        const Heads &k = segment ? call.k2 : call.k, &v = segment ? call.v2 : call.v;
        i32 end = seen_keys(k, first + kSide, call), index = segment ? call.k.length : 0;
        for (i32 key = 0; key < end; key += kSide) {
            float s[4][4];
            multiply_rows(s, call.q, first, k, key, call, at, operands, me);
#pragma unroll
            for (int i = 0; i < 4; i++) {
                float now = max[i];
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    s[i][j] = score_of(s[i][j], first + me.row + i, key + me.column + j, k, index, call, at);
                    now = max2(now, s[i][j]);
                }
                for (u32 d = 8; d; d >>= 1) now = max2(now, shfl_xor(now, d));
                float rescale = weight_of(max[i], now);
                max[i] = now, sum[i] *= rescale;
#pragma unroll
                for (int j = 0; j < 4; j++) s[i][j] = weight_of(s[i][j], now), sum[i] += s[i][j];
#pragma unroll
                for (int c = 0; c < 2 * kPairs; c++) o[i][c] *= rescale;
            }
            keep_weights(weights, s, me);
            multiply_columns(o, weights, v, key, offset, call, at, operands, me);
        }
    }
    float inverse[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
        for (u32 d = 8; d; d >>= 1) sum[i] += shfl_xor(sum[i], d);
        inverse[i] = sum[i] > 0.0f ? 1.0f / sum[i] : 0.0f;
        i32 row = first + me.row + i;
        if (me.column == 0 && offset == 0 && row < call.q.length)
            log_sum_exp[statistics_at(call, at) + row] = sum[i] > 0.0f ? max[i] + fast_log2(sum[i]) * kLn2 : -infinity();
    }
    store_rows(y, o, inverse, first, call.q.length, offset, call, at, me);
}

// P and dS of one query and key; products: q · k and dy · v.
struct Slopes {
    float p, ds;
};

DEVICE Slopes slopes_of(float qk, float dyv, i32 query, i32 key, const Heads& keys, i32 index, const AttentionCall& call, const Place& at, const float* log_sum_exp, const float* delta) {
    float score = score_of(qk, query, key, keys, index, call, at);
    if (score == -infinity()) return {0.0f, 0.0f};
    i64 row = statistics_at(call, at) + query;
    float p = weight_of(score, log_sum_exp[row]);
    return {p, p * (dyv - delta[row])};
}

KERNEL(__launch_bounds__(kThreads) keys)(AttentionCall call, const float* log_sum_exp, const float* delta, T* dk, T* dv) {
    SHARED_BYTES(smem);
    float *operands = reinterpret_cast<float*>(smem), *weights = operands + kOperands, *slopes = weights + kWeights;
    Place at = place_of(blockIdx.x, tiles_of(call.k.length, kSide), call.heads);
    Thread me = thread_of_block();
    i32 first = at.tile * kSide, offset = blockIdx.y * kWidth;
    float k[4][2 * kPairs], v[4][2 * kPairs];
    clear(k), clear(v);
    for (i32 query = call.causal ? first : 0; query < call.q.length; query += kSide) {
        float s[4][4], d[4][4];
        multiply_rows(s, call.k, first, call.q, query, call, at, operands, me);
        multiply_rows(d, call.v, first, call.dy, query, call, at, operands, me);
#pragma unroll
        for (int i = 0; i < 4; i++)
#pragma unroll
            for (int j = 0; j < 4; j++) {
                Slopes both = slopes_of(s[i][j], d[i][j], query + me.column + j, first + me.row + i, call.k, call.first_key, call, at, log_sum_exp, delta);
                s[i][j] = both.p, d[i][j] = both.ds;
            }
        keep_weights(weights, s, me);
        keep_weights(slopes, d, me);
        multiply_columns(v, weights, call.dy, query, offset, call, at, operands, me);
        multiply_columns(k, slopes, call.q, query, offset, call, at, operands, me);
    }
    float once[4] = {1.0f, 1.0f, 1.0f, 1.0f}, scales[4] = {call.scale, call.scale, call.scale, call.scale};
    if (dk) store_rows(dk, k, scales, first, call.k.length, offset, call, at, me);
    if (dv) store_rows(dv, v, once, first, call.k.length, offset, call, at, me);
}

KERNEL(__launch_bounds__(kThreads) queries)(AttentionCall call, const float* log_sum_exp, const float* delta, T* dq) {
    SHARED_BYTES(smem);
    float *operands = reinterpret_cast<float*>(smem), *slopes = operands + kOperands;
    Place at = place_of(blockIdx.x, tiles_of(call.q.length, kSide), call.heads);
    Thread me = thread_of_block();
    i32 first = at.tile * kSide, offset = blockIdx.y * kWidth;
    float o[4][2 * kPairs];
    clear(o);
    for (int segment = 0; segment < 2; segment++) {
        const Heads &k = segment ? call.k2 : call.k, &v = segment ? call.v2 : call.v;
        i32 end = seen_keys(k, first + kSide, call), index = segment ? call.k.length : 0;
        for (i32 key = 0; key < end; key += kSide) {
            float s[4][4], d[4][4];
            multiply_rows(s, call.q, first, k, key, call, at, operands, me);
            multiply_rows(d, call.dy, first, v, key, call, at, operands, me);
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 4; j++)
                    d[i][j] = slopes_of(s[i][j], d[i][j], first + me.row + i, key + me.column + j, k, index, call, at, log_sum_exp, delta).ds;
            keep_weights(slopes, d, me);
            multiply_columns(o, slopes, k, key, offset, call, at, operands, me);
        }
    }
    float scales[4] = {call.scale, call.scale, call.scale, call.scale};
    store_rows(dq, o, scales, first, call.q.length, offset, call, at, me);
}

KERNEL(__launch_bounds__(kThreads) bias)(AttentionCall call, const float* log_sum_exp, const float* delta, T* dbias, i32 bias_samples, i32 bias_heads) {
    SHARED_BYTES(smem);
    float* operands = reinterpret_cast<float*>(smem);
    i32 key_tiles = tiles_of(call.k.length, kSide), query_tiles = tiles_of(call.q.length, kSide);
    Place own = place_of(blockIdx.x, key_tiles * query_tiles, bias_heads);
    Thread me = thread_of_block();
    i32 query = own.tile / key_tiles * kSide, key = own.tile % key_tiles * kSide;
    float sum[4][4] = {};
    bool is_seen = !call.causal || call.first_key + key < query + kSide;
    i32 end_sample = bias_samples == 1 ? call.samples : own.sample + 1, end_head = bias_heads == 1 ? call.heads : own.head + 1;
    for (i32 sample = own.sample; is_seen && sample < end_sample; sample++)
        for (i32 head = own.head; head < end_head; head++) {
            Place at = {0, head, sample};
            float s[4][4], d[4][4];
            multiply_rows(s, call.q, query, call.k, key, call, at, operands, me);
            multiply_rows(d, call.dy, query, call.v, key, call, at, operands, me);
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 4; j++)
                    sum[i][j] += slopes_of(s[i][j], d[i][j], query + me.row + i, key + me.column + j, call.k, call.first_key, call, at, log_sum_exp, delta).ds;
        }
    T* to = dbias + ((i64)own.sample * bias_heads + own.head) * call.q.length * call.keys + call.first_key;
#pragma unroll
    for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++) {
            i32 row = query + me.row + i, column = key + me.column + j;
            if (row < call.q.length && column < call.k.length) to[(i64)row * call.keys + column] = from_float<T>(sum[i][j]);
        }
}

EXPORT_KERNELS(forward, keys, queries, bias)
