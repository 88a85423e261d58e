// What a kernel sees when g++ compiles it for the processor: every CUDA thread is a fiber with its own stack, and
// barriers and warp-wide instructions are the points where fibers hand over to each other. Declarations and thin
// templates only: the runtime is compiled apart, so that sanitizers instrument the kernels and not the emulator.
#pragma once
// C headers only, and these functions by name: <cmath> alone would triple the time a small kernel takes to compile.
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifndef EMU_RUNTIME
extern "C" {
float exp2f(float) noexcept;
float log2f(float) noexcept;
float fmaxf(float, float) noexcept;
float fminf(float, float) noexcept;
float rintf(float) noexcept;
float floorf(float) noexcept;
float fabsf(float) noexcept;
}
#endif

struct emu_uint3 { unsigned x, y, z; };

namespace emu {

// One object per CUDA thread: what only it can see.
struct Self {
    emu_uint3 thread;
    unsigned lane;
};

// What is the same for every thread of the running block.
struct BlockView {
    emu_uint3 block, block_dim, grid_dim;
    unsigned char* smem;
    size_t smem_bytes;
};

extern __thread Self* self;
extern __thread BlockView* view;

// ---- synchronisation
void barrier(unsigned id, unsigned threads);          // bar.sync id, threads (0 = whole block)
void warp_barrier(unsigned mask);                     // __syncwarp

void memory_fence();                                  // membar

// ---- warp-wide instructions: all lanes of the mask must meet in the same one
enum Collective {
    kShflIdx, kShflXor, kShflDown, kShflUp, kBallot,
    kMma16816Bf16, kMma16816F16, kMma1688Bf16, kMma1688F16, kMma1688Tf32,
    kLdmatrix, kLdmatrixTrans,
    kCollectives
};
struct LaneArgs {
    uint32_t value, param, result;                    // shuffles, votes
    const uint32_t *a, *b;                            // mma operands
    const float* c;
    float* d;
    uint8_t row[16];                                  // ldmatrix: the row this lane addressed
    uint32_t row_address;
    uint32_t* out[4];
    int matrices;
};
void collective(Collective op, unsigned mask, LaneArgs* args);

// ---- asynchronous copies
void cp_async(void* shared, const void* global, unsigned bytes, unsigned valid);
void cp_async_commit();
void cp_async_wait(unsigned groups_left);

// ---- Hopper: mbarriers, bulk tensor copies, warpgroup matrix instructions
struct TensorMap {                                    // what stands in for the opaque CUtensorMap: 128 bytes
    const unsigned char* base;
    uint32_t rank, element_bytes, swizzle_bytes, promotion;
    uint64_t dim[4], stride[3];                       // innermost first; strides in bytes, of dimension 1 on
    uint32_t box[4];
};
static_assert(sizeof(TensorMap) <= 128, "a tensor map has 128 bytes");
void mbar_init(uint32_t address, unsigned count);
void mbar_arrive(uint32_t address, unsigned expect_bytes);
void mbar_wait(uint32_t address, unsigned parity);
void bulk_load(uint32_t to, const TensorMap* map, const int* at, uint32_t mbar);
void wgmma_bf16(float* d, uint64_t a, uint64_t b, int n, bool accumulate);
void wgmma_commit();
void wgmma_wait(unsigned groups_left);

// ---- checks
[[noreturn]] void fail(const char* format, ...);
void check_shared(const void* p, size_t bytes, const char* what);

// ---- how a compiled module makes its kernels known
using Thunk = void (*)(void* fn, void** params);
void enlist(const char* name, void* fn, Thunk thunk, const unsigned* sizes, const unsigned* alignments, unsigned count);

template <unsigned... I> struct Indices {};
template <class... A> struct Unpack {
    template <unsigned... I> static void call(void (*f)(A...), void** p, Indices<I...>) {
        f(*reinterpret_cast<A*>(p[I])...);
    }
};
struct Enlist {
    template <class... A> Enlist(const char* name, void (*f)(A...)) {
        static const unsigned sizes[] = {unsigned(sizeof(A))..., 0}, alignments[] = {unsigned(alignof(A))..., 0};
        enlist(name, reinterpret_cast<void*>(f), [](void* fn, void** p) {
            Unpack<A...>::call(reinterpret_cast<void (*)(A...)>(fn), p, Indices<__integer_pack(unsigned(sizeof...(A)))...>{});
        }, sizes, alignments, sizeof...(A));
    }
};

}  // namespace emu
