// Kernels with one fault each, and sound ones beside them, for the checks of the emulated driver (FaultTests, RaceTests).
// Each takes p, out and n; a block is 32 threads or as said.
#include "reduce.cuh"
#include "matrix.cuh"

#define FAULT(name) KERNEL(name)(float* p, float* out, i32 n)

// ---- device memory
FAULT(reads_past_the_end) { out[threadIdx.x] = p[n + threadIdx.x]; }
FAULT(writes_past_the_end) { p[n + threadIdx.x] = 1.0f; }
FAULT(reads_far_before) { out[threadIdx.x] = p[-8192 - (i32)threadIdx.x]; }
FAULT(writes_before) { p[-1 - (i32)threadIdx.x] = 1.0f; }
FAULT(touches) { p[threadIdx.x] = 1.0f; }
FAULT(loads_misaligned) { store_pack(out, load_pack(p + 1)); }
FAULT(stores_misaligned) { store_pack(out + 1, load_pack(p)); }
FAULT(copies_misaligned) { SHARED_BYTES(smem); cp_async16(shared_address(smem), p + 1); cp_async_commit(); cp_async_wait<0>(); }

// ---- what a thread has
FAULT(leaves_an_array) {
    float a[4] = {};
    for (i32 i = 0; i < n; i++) a[i] += p[i];
    for (i32 i = 0; i < 4; i++) out[i] = a[i];
}
FAULT(fills_its_stack) {
    volatile float a[32 << 10];
    for (i32 i = (32 << 10) - 1; i >= 0; i--) a[i] = p[0];
    out[0] = a[n];
}

// ---- shared memory; threads of it are given
FAULT(reads_past_shared) { SHARED_BYTES(smem); out[threadIdx.x] = reinterpret_cast<float*>(smem)[n + threadIdx.x]; }
FAULT(writes_past_shared) { SHARED_BYTES(smem); reinterpret_cast<float*>(smem)[n + 1] = p[0]; }
FAULT(writes_before_shared) { SHARED_BYTES(smem); reinterpret_cast<float*>(smem)[-2] = p[0]; }
FAULT(reads_uninitialised_shared) { SHARED_BYTES(smem); out[threadIdx.x] = reinterpret_cast<float*>(smem)[threadIdx.x]; }
FAULT(loads_rows_past_shared) { SHARED_BYTES(smem); u32 r[4]; ldmatrix_x4(r, shared_address(smem) + threadIdx.x * 16 + 16); out[threadIdx.x] = float_of(r[0]); }

// ---- meeting
FAULT(misses_a_block_barrier) {
    SHARED_BYTES(smem);
    float* row = reinterpret_cast<float*>(smem);
    row[threadIdx.x] = p[threadIdx.x];
    out[threadIdx.x] = row[blockDim.x - 1 - threadIdx.x];
}
FAULT(diverges_at_a_barrier) {
    if (threadIdx.x < 16) block_sync();
    else out[threadIdx.x] = shfl_xor(p[threadIdx.x], 1);
}
FAULT(shuffles_with_an_exited_lane) {
    if (threadIdx.x >= 16) return;
    out[threadIdx.x] = shfl_xor(p[threadIdx.x], 1);
}
FAULT(shuffles_beyond_its_mask) {
    if (threadIdx.x < 16) out[threadIdx.x] = shfl_xor(p[threadIdx.x], 16, 0xffffu);
}
FAULT(meets_in_different_shuffles) {
    if (threadIdx.x & 1) out[threadIdx.x] = shfl_xor(p[threadIdx.x], 1);
    else out[threadIdx.x] = shfl_idx(p[threadIdx.x], 0);
}
FAULT(multiplies_with_half_a_warp) {
    float d[4] = {};
    u32 a[4] = {}, b = 0;
    if (threadIdx.x < 16) Mma<bf16>::k16step(d, a, b, b);
    out[threadIdx.x] = d[0];
}

// ---- asynchronous copies
FAULT(misses_a_copy_wait) {
    SHARED_BYTES(smem);
    cp_async16(shared_address(smem) + threadIdx.x * 16, p + threadIdx.x * 4);
    cp_async_commit();
    out[threadIdx.x] = reinterpret_cast<float*>(smem)[threadIdx.x * 4];
    cp_async_wait<0>();
}
FAULT(ends_with_copies_in_flight) { SHARED_BYTES(smem); cp_async16(shared_address(smem), p); cp_async_commit(); }
FAULT(waits_for_too_few_copies) {
    SHARED_BYTES(smem);
    float* row = reinterpret_cast<float*>(smem);
    for (u32 i = 0; i < 2; i++) {
        cp_async16(shared_address(smem) + i * 16, p + i * 4);
        cp_async_commit();
    }
    cp_async_wait<1>();
    out[threadIdx.x] = row[4];
    cp_async_wait<0>();
}

#ifdef EMU
// ---- Hopper: a bulk copy of 8 rows of 128 bytes to the shared address 1024, its mbarrier at 0
struct alignas(64) Map { u8 bytes[128]; };
DEVICE void bulk_copy(const Map& map) {
    int at[2] = {0, 0};
    emu::mbar_arrive(0, 1024);
    emu::bulk_load(1024, reinterpret_cast<const emu::TensorMap*>(&map), at, 0);
}
KERNEL(misses_an_mbarrier_wait)(Map map, float* out) {
    SHARED_BYTES(smem);
    if (threadIdx.x == 0) emu::mbar_init(0, 1);
    block_sync();
    if (threadIdx.x == 0) bulk_copy(map);
    block_sync();
    out[threadIdx.x] = reinterpret_cast<float*>(smem + 1024)[threadIdx.x];
    emu::mbar_wait(0, 0);
}
KERNEL(waits_for_an_mbarrier)(Map map, float* out) {
    SHARED_BYTES(smem);
    if (threadIdx.x == 0) emu::mbar_init(0, 1);
    block_sync();
    if (threadIdx.x == 0) bulk_copy(map);
    emu::mbar_wait(0, 0);
    out[threadIdx.x] = reinterpret_cast<float*>(smem + 1024)[threadIdx.x];
}
KERNEL(refills_without_asking)(Map map, float* out) {
    SHARED_BYTES(smem);
    if (threadIdx.x == 0) emu::mbar_init(0, 1);
    block_sync();
    for (u32 turn = 0; turn < 2; turn++) {
        if (threadIdx.x == 0) bulk_copy(map);
        emu::mbar_wait(0, turn);
        out[threadIdx.x] = reinterpret_cast<float*>(smem + 1024)[threadIdx.x];
    }
}
// One warpgroup instruction of 64 x 8 x 16 on stages of shared memory that hold ones.
DEVICE void warpgroup(float* out, bool overwrites_early) {
    SHARED_BYTES(smem);
    for (u32 i = threadIdx.x; i < 9 * 512; i += 128) reinterpret_cast<u16*>(smem)[i] = 0x3f80;
    block_sync();
    float d[4];
    u64 layout = (u64)1 << 62 | (u64)64 << 32;
    emu::wgmma_bf16(d, layout, layout | 8192 >> 4, 8, false);
    emu::wgmma_commit();
    if (!overwrites_early) emu::wgmma_wait(0);
    for (u32 i = threadIdx.x; i < 9 * 512; i += 128) reinterpret_cast<u16*>(smem)[i] = 0;
    if (overwrites_early) emu::wgmma_wait(0);
    out[threadIdx.x] = d[0];
}
FAULT(reuses_a_stage_early) { warpgroup(out, true); }
FAULT(multiplies_a_stage) { warpgroup(out, false); }
FAULT(ends_with_products_in_flight) { float d[4]; emu::wgmma_bf16(d, 0, 0, 8, false); }
EXPORT_KERNELS(misses_an_mbarrier_wait, waits_for_an_mbarrier, refills_without_asking, reuses_a_stage_early, multiplies_a_stage, ends_with_products_in_flight)
#endif

// ---- races: the values come out right in the order in which threads happen to run
FAULT(races_between_warps) {
    SHARED_BYTES(smem);
    float* value = reinterpret_cast<float*>(smem);
    if (threadIdx.x == 0) *value = p[0];
    out[threadIdx.x] = *value;
}
FAULT(overwrites_what_others_read) {
    SHARED_BYTES(smem);
    float* row = reinterpret_cast<float*>(smem);
    row[threadIdx.x] = p[threadIdx.x];
    block_sync();
    float v = row[blockDim.x - 1 - threadIdx.x];
    row[threadIdx.x] = v;
    out[threadIdx.x] = v;
}
FAULT(races_between_blocks) { if (threadIdx.x == 0) out[0] = (float)blockIdx.x; }
FAULT(misses_a_warp_sync) {
    SHARED_BYTES(smem);
    float* row = reinterpret_cast<float*>(smem);
    row[threadIdx.x] = p[threadIdx.x];
    float v = shfl_xor(p[threadIdx.x], 1);
    out[threadIdx.x] = row[threadIdx.x ^ 1] + v;
}
FAULT(refills_under_readers) {
    SHARED_BYTES(smem);
    float* row = reinterpret_cast<float*>(smem);
    for (u32 turn = 0; turn < 2; turn++) {
        cp_async16(shared_address(smem) + threadIdx.x * 16, p + threadIdx.x * 4);
        cp_async_commit();
        cp_async_wait<0>();
        block_sync();
        out[threadIdx.x] = row[(blockDim.x - 1 - threadIdx.x) * 4];
    }
}
// The last block to arrive adds what all have written.
DEVICE void add_up(float* p, float* out, bool is_fenced) {
    u32* arrived = reinterpret_cast<u32*>(out);
    if (threadIdx.x == 0) {
        p[blockIdx.x] = 1.0f;
        if (is_fenced) memory_fence();
        if (atomic_add(arrived, 1) == gridDim.x - 1) {
            if (is_fenced) memory_fence();
            float sum = 0.0f;
            for (u32 i = 0; i < gridDim.x; i++) sum += p[i];
            out[1] = sum;
        }
    }
}
FAULT(misses_a_fence) { add_up(p, out, false); }

// ---- sound
FAULT(fences) { add_up(p, out, true); }
FAULT(turns_a_row_round) {
    SHARED_BYTES(smem);
    float* row = reinterpret_cast<float*>(smem);
    row[threadIdx.x] = p[threadIdx.x];
    block_sync();
    out[thread_id()] = row[blockDim.x - 1 - threadIdx.x];
}
FAULT(swaps_neighbours) {
    SHARED_BYTES(smem);
    float* row = reinterpret_cast<float*>(smem);
    row[threadIdx.x] = p[threadIdx.x];
    warp_sync();
    out[thread_id()] = row[threadIdx.x ^ 1];
}
FAULT(refills_in_turn) {
    SHARED_BYTES(smem);
    float* row = reinterpret_cast<float*>(smem);
    for (u32 turn = 0; turn < 2; turn++) {
        cp_async16(shared_address(smem) + threadIdx.x * 16, p + threadIdx.x * 4);
        cp_async_commit();
        cp_async_wait<0>();
        block_sync();
        out[thread_id()] = row[(blockDim.x - 1 - threadIdx.x) * 4];
        block_sync();
    }
}
FAULT(sums) {
    SHARED_BYTES(smem);
    out[thread_id()] = block_reduce<Sum>(p[threadIdx.x], reinterpret_cast<float*>(smem));
}

EXPORT_KERNELS(reads_past_the_end, writes_past_the_end, reads_far_before, writes_before, touches, loads_misaligned, stores_misaligned)
EXPORT_KERNELS(copies_misaligned, leaves_an_array, fills_its_stack, reads_past_shared, writes_past_shared, writes_before_shared)
EXPORT_KERNELS(reads_uninitialised_shared, loads_rows_past_shared, misses_a_block_barrier, diverges_at_a_barrier)
EXPORT_KERNELS(shuffles_with_an_exited_lane, shuffles_beyond_its_mask, meets_in_different_shuffles, multiplies_with_half_a_warp)
EXPORT_KERNELS(misses_a_copy_wait, ends_with_copies_in_flight, waits_for_too_few_copies)
EXPORT_KERNELS(races_between_warps, overwrites_what_others_read, races_between_blocks, misses_a_warp_sync, refills_under_readers, misses_a_fence)
EXPORT_KERNELS(fences, turns_a_row_round, swaps_neighbours, refills_in_turn, sums)
