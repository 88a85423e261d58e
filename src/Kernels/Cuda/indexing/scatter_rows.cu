// dTable[ids[i], :] += dy[i, :] for i in order, without atomics: the first position of each id adds up all rows of that id.
// TYPE: of the elements, added in float; INDEX: i32 or i64. Ids outside the table are left out: the forward pass has reported them.
// count_ids:    occurrences[i] = how often ids[i] occurs if i is its first position, else 0. A thread for each position, tiles of ids in
//               shared memory: count² comparisons, 0.1 ms for 30,000 ids, which beats a sort up to some 100,000.
// scatter_rows: grid (positions, columns of blocks); a block whose position is no first one ends at once. Each warp finds the other
//               positions by votes over 32 ids, until none is missing, and has the loads of up to four rows under way at a time.
#include "prelude.cuh"

typedef TYPE T;
constexpr u32 kTile = 256, kRows = 4;

DEVICE u32 known(const INDEX* ids, u32 i, u32 count, u32 rows) {
    u64 id = i < count ? (u64)(i64)ids[i] : rows;
    return id < rows ? (u32)id : kAllLanes;
}

KERNEL(count_ids)(const INDEX* __restrict__ ids, u32* __restrict__ occurrences, u32 count, u32 rows) {
    SHARED_BYTES(smem);
    u32* tile = reinterpret_cast<u32*>(smem);
    u32 own = thread_id(), id = known(ids, own, count, rows), all = 0, before = 0;
    for (u32 begin = 0; begin < count; begin += kTile) {
        block_sync();
        tile[threadIdx.x] = known(ids, begin + threadIdx.x, count, rows);
        block_sync();
        u32 here = 0;
        for (u32 k = 0; k < kTile; k += 4) {
            Chunk c = *reinterpret_cast<const Chunk*>(tile + k);
#pragma unroll
            for (u32 j = 0; j < 4; j++) {
                u32 same = c.w[j] == id;
                here += same;
                if (begin + k + j < own) before |= same;
            }
        }
        all += here;
    }
    if (own < count) occurrences[own] = before || id == kAllLanes ? 0 : all;
}

template <int N> DEVICE void add_rows(const T* dy, const INDEX* ids, const u32* occurrences, T* table, u32 count, u32 width) {
    u32 first = blockIdx.x, left = occurrences[first];
    if (left == 0) return;
    u32 column = (blockIdx.y * blockDim.x + threadIdx.x) * N, lane = threadIdx.x % 32;
    bool inside = column < width;
    INDEX id = ids[first];
    T* target = table + (i64)id * width + column;
    float sum[N];
    auto load = [&](const T* p, float (&values)[N]) {
        if constexpr (N == 1) {
            values[0] = to_float(*p);
        } else {
            auto pack = load_pack(p);
#pragma unroll
            for (int k = 0; k < N; k++) values[k] = to_float(pack.v[k]);
        }
    };
    if (inside) load(target, sum);
    for (u32 base = first / 32 * 32; left > 0; base += 32) {
        u32 at = base + lane, same = warp_ballot(at >= first && at < count && ids[at < count ? at : first] == id);
        while (same != 0) {
            float rows[kRows][N];
            u32 found = 0;
#pragma unroll
            for (u32 r = 0; r < kRows; r++)
                if (same != 0) {
                    if (inside) load(dy + (i64)(base + lowest_bit(same)) * width + column, rows[r]);
                    same &= same - 1, found++;
                }
            left -= found;
#pragma unroll
            for (u32 r = 0; r < kRows; r++)
                if (inside && r < found) {
#pragma unroll
                    for (int k = 0; k < N; k++) sum[k] = add_rn(sum[k], rows[r][k]);
                }
        }
    }
    if (!inside) return;
    if constexpr (N == 1) {
        *target = from_float<T>(sum[0]);
    } else {
        Pack<T, N> pack;
#pragma unroll
        for (int k = 0; k < N; k++) pack.v[k] = from_float<T>(sum[k]);
        store_pack(target, pack);
    }
}

KERNEL(scatter_rows)(const T* __restrict__ dy, const INDEX* __restrict__ ids, const u32* __restrict__ occurrences, T* __restrict__ table,
    u32 count, u32 width) {
    add_rows<kPack<T>>(dy, ids, occurrences, table, count, width);
}

// For rows that are no whole number of accesses, or not aligned.
KERNEL(scatter_elements)(const T* __restrict__ dy, const INDEX* __restrict__ ids, const u32* __restrict__ occurrences, T* __restrict__ table,
    u32 count, u32 width) {
    add_rows<1>(dy, ids, occurrences, table, count, width);
}

EXPORT_KERNELS(count_ids, scatter_rows, scatter_elements)
