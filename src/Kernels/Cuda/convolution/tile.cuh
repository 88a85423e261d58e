// C(m, n) = sum over k of A(m, k) · B(k, n), a tile a block: what forward, input gradient and weight gradient share.
// The constants: TYPE; TENSOR: tensor cores (halves, tf32) or exact float arithmetic; TILE_M, TILE_N, K_CHUNKS: the tile, along k
// in chunks of 16 bytes; WARPS_M, WARPS_N; STAGES of the ring of shared memory that asynchronous copies fill ahead.
// An operand is a class that knows where its elements lie (operands.cuh). Only it and `Accumulators` know the instructions, so
// that warpgroup instructions fed by bulk tensor copies can stand beside them.
#pragma once
#include "matrix.cuh"

typedef TYPE T;

constexpr int kVector = kPack<T>;                    // elements of a chunk
constexpr int kThreads = 32 * WARPS_M * WARPS_N;
constexpr int kTileM = TILE_M, kTileN = TILE_N, kTileK = K_CHUNKS * kVector;
constexpr bool kHalves = sizeof(T) == 2;

// ---- operands in shared memory

/// Lines of chunks: a line holds the tile's k of one row of A (column of B) if AlongK, else all rows at one k.
/// The chunks of a line are permuted so that no two of those that one instruction reads lie in the same banks.
template <int Width, bool AlongK> struct Stored {
    static constexpr bool along_k = AlongK;
    static constexpr int lines = AlongK ? Width : kTileK, chunks = AlongK ? K_CHUNKS : Width / kVector;
    static constexpr int bytes = lines * chunks * 16;

    static DEVICE u32 at(int line, int chunk) { return (line * chunks + (chunk ^ twist(line))) * 16; }

    static DEVICE int twist(int line) {
        // Floats that lie across k are read one by one, from four lines at once.
        if (!AlongK && !kHalves) return (line & 3) * 2;
        return chunks % 8 == 0 ? line & 7 : line >> 1 & 3;
    }

    /// One float of a tile that lies across k.
    static DEVICE float element(const unsigned char* tile, int k, int m) {
        return *reinterpret_cast<const float*>(tile + at(k, m >> 2) + (m & 3) * 4);
    }
};

// ---- sums of a thread

#if TENSOR
/// Rows m0 + 16i + lane / 4 (+ 8), columns n0 + 8j + 2 · (lane mod 4) (+ 1) of the tile.
struct Accumulators {
    static constexpr int kWarpM = kTileM / WARPS_M, kWarpN = kTileN / WARPS_N;
    static constexpr int kBlocksM = kWarpM / 16, kBlocksN = kWarpN / 8, kQuads = kBlocksM * kBlocksN;
    static_assert(kWarpM % 16 == 0 && kWarpN % 8 == 0, "warps compute blocks of 16 by 8");

    float of[kQuads][4];
    int lane, m0, n0;

    DEVICE Accumulators() {
        lane = threadIdx.x & 31;
        int warp = threadIdx.x >> 5;
        m0 = warp / WARPS_N * kWarpM, n0 = warp % WARPS_N * kWarpN;
#pragma unroll
        for (int i = 0; i < kQuads; i++)
#pragma unroll
            for (int e = 0; e < 4; e++) of[i][e] = 0.0f;
    }

    /// Adds the products of one stage.
    template <class A, class B> DEVICE void add(const unsigned char* smem, u32 base, u32 a, u32 b) {
#pragma unroll
        for (int kk = 0; kk < K_CHUNKS / 2; kk++) {  // two chunks are the depth of one instruction
            u32 fa[kBlocksM][4], fb[(kBlocksN + 1) / 2][4];
#pragma unroll
            for (int i = 0; i < kBlocksM; i++) read_a<A>(fa[i], smem, base, a, kk, m0 + i * 16);
#pragma unroll
            for (int j = 0; j < kBlocksN / 2; j++) read_b<B>(fb[j], smem, base, b, kk, n0 + j * 16);
            if constexpr (kBlocksN % 2 != 0) read_b_half<B>(fb[kBlocksN / 2], smem, base, b, kk, n0 + kBlocksN * 8 - 8);
#pragma unroll
            for (int i = 0; i < kBlocksM; i++)
#pragma unroll
                for (int j = 0; j < kBlocksN; j++) product(of[i * kBlocksN + j], fa[i], fb[j / 2][j % 2 * 2], fb[j / 2][j % 2 * 2 + 1]);
        }
    }

    template <class F> DEVICE void each(F f) const {
#pragma unroll
        for (int i = 0; i < kBlocksM; i++)
#pragma unroll
            for (int j = 0; j < kBlocksN; j++)
#pragma unroll
                for (int e = 0; e < 4; e++)
                    f(m0 + i * 16 + (lane >> 2) + e / 2 * 8, n0 + j * 8 + (lane & 3) * 2 + e % 2, of[i * kBlocksN + j][e]);
    }

private:
    // Fragments of 16 rows, and of 16 columns (two blocks), 32 bytes deep; floats are rounded to tf32.
    template <class A> DEVICE void read_a(u32 (&f)[4], const unsigned char* smem, u32 base, u32 tile, int kk, int m) {
        if constexpr (A::along_k) {
            ldmatrix_x4(f, base + tile + A::at(m + (lane & 15), kk * 2 + (lane >> 4)));
            round(f);
        } else if constexpr (kHalves) {
            ldmatrix_x4_trans(f, base + tile + A::at(kk * 16 + (lane >> 4) * 8 + (lane & 7), m / kVector + (lane >> 3 & 1)));
        } else {
#pragma unroll
            for (int e = 0; e < 4; e++)
                f[e] = to_tf32(A::element(smem + tile, kk * 8 + (lane & 3) + e / 2 * 4, m + (lane >> 2) + e % 2 * 8));
        }
    }

    template <class B> DEVICE void read_b(u32 (&f)[4], const unsigned char* smem, u32 base, u32 tile, int kk, int n) {
        if constexpr (B::along_k) {
            ldmatrix_x4(f, base + tile + B::at(n + (lane & 7) + (lane >> 4) * 8, kk * 2 + (lane >> 3 & 1)));
            round(f);
        } else if constexpr (kHalves) {
            ldmatrix_x4_trans(f, base + tile + B::at(kk * 16 + (lane >> 3 & 1) * 8 + (lane & 7), n / kVector + (lane >> 4)));
        } else {
#pragma unroll
            for (int e = 0; e < 4; e++)
                f[e] = to_tf32(B::element(smem + tile, kk * 8 + (lane & 3) + e % 2 * 4, n + (lane >> 2) + e / 2 * 8));
        }
    }

    template <class B> DEVICE void read_b_half(u32 (&f)[4], const unsigned char* smem, u32 base, u32 tile, int kk, int n) {
        u32 two[2];
        if constexpr (B::along_k) {
            ldmatrix_x2(two, base + tile + B::at(n + (lane & 7), kk * 2 + (lane >> 3 & 1)));
        } else if constexpr (kHalves) {
            ldmatrix_x2_trans(two, base + tile + B::at(kk * 16 + (lane & 15), n / kVector));
        } else {
#pragma unroll
            for (int e = 0; e < 2; e++)
                two[e] = to_tf32(B::element(smem + tile, kk * 8 + (lane & 3) + e * 4, n + (lane >> 2)));
        }
        f[0] = two[0], f[1] = two[1], f[2] = 0, f[3] = 0;
        if constexpr (B::along_k) round(f);
    }

    static DEVICE void round(u32 (&f)[4]) {
        if constexpr (!kHalves)
#pragma unroll
        for (int e = 0; e < 4; e++) f[e] = to_tf32(float_of(f[e]));
    }

    template <class H> static DEVICE void multiply(H, float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) { Mma<H>::k16step(d, a, b0, b1); }

    static DEVICE void multiply(float, float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) { mma_tf32(d, a, b0, b1); }

    static DEVICE void product(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) { multiply(T(), d, a, b0, b1); }
};
#else
/// A grid of threads over the tile, 4 · WARPS_M by 8 · WARPS_N. Neighbouring rows (columns) belong to one thread in fours where
/// the operand lies across k, since a chunk is read at once, and to neighbouring threads where it lies along k.
template <bool AlongA, bool AlongB> struct FloatAccumulators {
    static constexpr int kGridM = 4 * WARPS_M, kGridN = 8 * WARPS_N, kM = kTileM / kGridM, kN = kTileN / kGridN;
    static constexpr int kQuads = kM * kN / 4;
    static_assert(kM % 4 == 0 && kN % 4 == 0, "threads compute blocks of 4 by 4");

    float of[kQuads][4];
    int x, y;

    DEVICE FloatAccumulators() {
        int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
        y = warp / WARPS_N * 4 + (lane >> 3), x = warp % WARPS_N * 8 + (lane & 7);
#pragma unroll
        for (int i = 0; i < kQuads; i++)
#pragma unroll
            for (int e = 0; e < 4; e++) of[i][e] = 0.0f;
    }

    template <class A, class B> DEVICE void add(const unsigned char* smem, u32, u32 a, u32 b) {
#pragma unroll
        for (int chunk = 0; chunk < K_CHUNKS; chunk++) {
            float va[kM][4], vb[kN][4];              // four steps along k
            read<A, kM, kGridM>(va, smem + a, chunk, y);
            read<B, kN, kGridN>(vb, smem + b, chunk, x);
#pragma unroll
            for (int k = 0; k < 4; k++)
#pragma unroll
                for (int i = 0; i < kM; i++)
#pragma unroll
                    for (int j = 0; j < kN; j++) of[(i * kN + j) / 4][j % 4] += va[i][k] * vb[j][k];
        }
    }

    template <class F> DEVICE void each(F f) const {
#pragma unroll
        for (int i = 0; i < kM; i++)
#pragma unroll
            for (int j = 0; j < kN; j++) f(place<AlongA, kGridM>(y, i), place<AlongB, kGridN>(x, j), of[(i * kN + j) / 4][j % 4]);
    }

private:
    template <bool AlongK, int Grid> static DEVICE int place(int thread, int i) {
        return AlongK ? thread + i * Grid : thread * 4 + i % 4 + i / 4 * 4 * Grid;
    }

    template <class S, int Count, int Grid> static DEVICE void read(float (&v)[Count][4], const unsigned char* tile, int chunk, int thread) {
        if constexpr (S::along_k) {
#pragma unroll
            for (int i = 0; i < Count; i++) {
                auto p = load_pack(reinterpret_cast<const float*>(tile + S::at(thread + i * Grid, chunk)));
#pragma unroll
                for (int k = 0; k < 4; k++) v[i][k] = p.v[k];
            }
        } else {
#pragma unroll
            for (int i = 0; i < Count; i += 4)
#pragma unroll
                for (int k = 0; k < 4; k++) {
                    auto p = load_pack(reinterpret_cast<const float*>(tile + S::at(chunk * 4 + k, thread + i / 4 * Grid)));
#pragma unroll
                    for (int e = 0; e < 4; e++) v[i + e][k] = p.v[e];
                }
        }
    }
};
#endif

// ---- main loop

/// Asks for the next tiles of both operands into the stage at `fill`. A function and no lambda: compilers must inline it, or the
/// operands' state lies in local memory.
template <class A, class B> DEVICE void load_stage(A& a, B& b, unsigned char* smem, u32 base, u32& fill) {
    constexpr u32 stage = A::Tile::bytes + B::Tile::bytes;
    a.load(smem, base, fill);
    b.load(smem, base, fill + A::Tile::bytes);
    a.advance(), b.advance();
    fill = fill + stage == STAGES * stage ? 0 : fill + stage;
}

/// Fills the ring ahead and multiplies what has landed, `steps` times.
template <class A, class B, class Sums> DEVICE void multiply_tiles(A& a, B& b, Sums& sums, int steps) {
    typedef typename A::Tile TileA;
    typedef typename B::Tile TileB;
    constexpr u32 stage = TileA::bytes + TileB::bytes;
    SHARED_BYTES(smem);
    const u32 base = shared_address(smem);
    u32 fill = 0, read = 0;
#pragma unroll
    for (int s = 0; s < STAGES - 1; s++) {
        if (s < steps) load_stage(a, b, smem, base, fill);
        cp_async_commit();
    }
    for (int step = 0; step < steps; step++) {
        cp_async_wait<STAGES - 2>();
        block_sync();                                // landed for all; and all have left the stage that is filled next
        if (step + STAGES - 1 < steps) load_stage(a, b, smem, base, fill);
        cp_async_commit();
        sums.template add<TileA, TileB>(smem, base, read, read + TileA::bytes);
        read = read + stage == STAGES * stage ? 0 : read + stage;
    }
    cp_async_wait<0>();
    block_sync();
}

// ---- sums over parts of k

/// The steps along k that this block computes, of `count` blocks that share a tile.
struct Part {
    int first, end;

    DEVICE Part(int steps, int index, int count) {
        int each = steps / count, more = steps % count;
        first = index * each + smaller(index, more), end = first + each + (index < more);
    }
};

/// Parts leave their sums in the workspace; the last to arrive adds all in the order of the parts, and is the one told true.
/// `arrived` is zero before and after. The same bits on every run, since the order does not depend on who was last.
template <class Sums> DEVICE bool join_parts(Sums& sums, float* workspace, u32* arrived, u32 tile, int part, int parts) {
    if (parts == 1) return true;
    SHARED_BYTES(smem);
    constexpr int quads = Sums::kQuads;
    Pack<float, 4>* mine = reinterpret_cast<Pack<float, 4>*>(workspace) + (u64)tile * parts * quads * kThreads + threadIdx.x;
#pragma unroll
    for (int i = 0; i < quads; i++) {
        Pack<float, 4> p;
#pragma unroll
        for (int e = 0; e < 4; e++) p.v[e] = sums.of[i][e];
        store_pack(mine[((u64)part * quads + i) * kThreads].v, p);
    }
    memory_fence();
    block_sync();
    u32* last = reinterpret_cast<u32*>(smem);
    if (threadIdx.x == 0) {
        u32 before = atomic_add(arrived + tile, 1);
        *last = before == (u32)parts - 1;
        if (*last) arrived[tile] = 0;
    }
    block_sync();
    if (*last == 0) return false;
    memory_fence();
    block_sync();                                    // before the epilogue overwrites *last
    for (int p = 0; p < parts; p++) {
#pragma unroll
        for (int i = 0; i < quads; i++) {
            auto v = load_pack(mine[((u64)p * quads + i) * kThreads].v);
#pragma unroll
            for (int e = 0; e < 4; e++) sums.of[i][e] = p == 0 ? v.v[e] : sums.of[i][e] + v.v[e];
        }
    }
    return true;
}

// ---- epilogue

constexpr int kPitch = kTileN + 8;                   // of staged rows: no two lanes write to the same bank

/// Through shared memory, so that f(row, column, sums) gets neighbours along a row, as many as 16 bytes of T.
template <class Sums, class F> DEVICE void each_run(const Sums& sums, F f) {
    SHARED_BYTES(smem);
    float* staged = reinterpret_cast<float*>(smem);
    sums.each([&](int row, int column, float v) { staged[row * kPitch + column] = v; });
    block_sync();
    constexpr int runs = kTileN / kVector;
#pragma unroll 1
    for (int t = threadIdx.x; t < kTileM * runs; t += kThreads) {
        int row = t / runs, column = t % runs * kVector;
        float v[kVector];
#pragma unroll
        for (int i = 0; i < kVector; i += 4) {
            auto p = load_pack(staged + row * kPitch + column + i);
#pragma unroll
            for (int e = 0; e < 4; e++) v[i + e] = p.v[e];
        }
        f(row, column, v);
    }
}

/// v += what lies from `from` on, `count` elements of it; all of a run and aligned if wide.
template <class E> DEVICE void add_run(float (&v)[kVector], const E* from, int count, bool wide) {
    if (wide) {
#pragma unroll
        for (int i = 0; i < kVector; i += kPack<E>) {
            auto p = load_pack(from + i);
#pragma unroll
            for (int e = 0; e < kPack<E>; e++) v[i + e] += to_float(p.v[e]);
        }
    } else {
#pragma unroll
        for (int e = 0; e < kVector; e++)
            if (e < count) v[e] += to_float(from[e]);
    }
}

template <class E> DEVICE void store_run(E* to, const float (&v)[kVector], int count, bool wide) {
    if (wide) {
#pragma unroll
        for (int i = 0; i < kVector; i += kPack<E>) {
            Pack<E, kPack<E>> p;
#pragma unroll
            for (int e = 0; e < kPack<E>; e++) p.v[e] = from_float<E>(v[i + e]);
            store_pack(to + i, p);
        }
    } else {
#pragma unroll
        for (int e = 0; e < kVector; e++)
            if (e < count) to[e] = from_float<E>(v[e]);
    }
}
