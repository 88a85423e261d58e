// What every kernel text starts with: number types, conversions, synchronisation. No CUDA header is used; three compilers read it:
//   NVRTC            the real thing
//   clang -x cuda    -nocudainc -nocudalib: PTX, as a check
//   g++ -DEMU        functions that the emulated driver runs on the processor
#pragma once
#ifdef EMU
#include "emu.h"
#define __global__
#define __device__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __restrict__ __restrict
#define __grid_constant__
#define threadIdx (emu::self->thread)
#define blockIdx (emu::view->block)
#define blockDim (emu::view->block_dim)
#define gridDim (emu::view->grid_dim)
// Dynamic shared memory, the only kind: the emulator bounds and poisons it.
#define SHARED_BYTES(name) unsigned char* name = emu::view->smem
#else
#ifndef __CUDACC_RTC__
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define __grid_constant__
#define SPECIAL_REGISTER(name, ptx)                                       \
    struct name##_t {                                                     \
        struct X { __device__ __forceinline__ operator unsigned() const { unsigned r; asm("mov.u32 %0, %%" ptx ".x;" : "=r"(r)); return r; } } x; \
        struct Y { __device__ __forceinline__ operator unsigned() const { unsigned r; asm("mov.u32 %0, %%" ptx ".y;" : "=r"(r)); return r; } } y; \
        struct Z { __device__ __forceinline__ operator unsigned() const { unsigned r; asm("mov.u32 %0, %%" ptx ".z;" : "=r"(r)); return r; } } z; \
    };                                                                    \
    static __device__ const name##_t name = {};
SPECIAL_REGISTER(threadIdx, "tid")
SPECIAL_REGISTER(blockIdx, "ctaid")
SPECIAL_REGISTER(blockDim, "ntid")
SPECIAL_REGISTER(gridDim, "nctaid")
#endif
#define SHARED_BYTES(name) extern __shared__ __attribute__((aligned(1024))) unsigned char name[]
#endif

#define DEVICE __device__ __forceinline__

typedef signed char i8;
typedef unsigned char u8;
typedef unsigned short u16;
typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

constexpr u32 kAllLanes = 0xffffffffu;

// KERNEL(name)(parameters) { … } declares an entry point, EXPORT_KERNELS(names…) at the end of the file makes it known.
#define KERNEL(name) extern "C" __global__ void name
#ifdef EMU
#define EXPORT_1(f) static emu::Enlist enlist_##f(#f, &f);
#else
#define EXPORT_1(f)
#endif
#define EXPORT_2(f, ...) EXPORT_1(f) EXPORT_1(__VA_ARGS__)
#define EXPORT_3(f, ...) EXPORT_1(f) EXPORT_2(__VA_ARGS__)
#define EXPORT_4(f, ...) EXPORT_1(f) EXPORT_3(__VA_ARGS__)
#define EXPORT_5(f, ...) EXPORT_1(f) EXPORT_4(__VA_ARGS__)
#define EXPORT_6(f, ...) EXPORT_1(f) EXPORT_5(__VA_ARGS__)
#define EXPORT_7(f, ...) EXPORT_1(f) EXPORT_6(__VA_ARGS__)
#define EXPORT_8(f, ...) EXPORT_1(f) EXPORT_7(__VA_ARGS__)
#define EXPORT_PICK(a, b, c, d, e, f, g, h, name, ...) name
#define EXPORT_KERNELS(...)                                                                                        \
    EXPORT_PICK(__VA_ARGS__, EXPORT_8, EXPORT_7, EXPORT_6, EXPORT_5, EXPORT_4, EXPORT_3, EXPORT_2, EXPORT_1, 0)(__VA_ARGS__)

// ---- bits

DEVICE u32 bits_of(float f) {
#ifdef EMU
    u32 u; memcpy(&u, &f, 4); return u;
#else
    u32 u; asm("mov.b32 %0, %1;" : "=r"(u) : "f"(f)); return u;
#endif
}

DEVICE float float_of(u32 u) {
#ifdef EMU
    float f; memcpy(&f, &u, 4); return f;
#else
    float f; asm("mov.b32 %0, %1;" : "=f"(f) : "r"(u)); return f;
#endif
}

// ---- half types: storage only, arithmetic is float

struct bf16 { u16 bits; };
struct f16 { u16 bits; };

DEVICE float to_float(float f) { return f; }

DEVICE float to_float(bf16 h) { return float_of((u32)h.bits << 16); }

DEVICE float to_float(f16 h) {
#ifdef EMU
    _Float16 x; memcpy(&x, &h, 2); return float(x);
#else
    float f; asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h.bits)); return f;
#endif
}

// Rounds to nearest even.
template <class T> DEVICE T from_float(float f);

template <> DEVICE float from_float<float>(float f) { return f; }

template <> DEVICE bf16 from_float<bf16>(float f) {
#ifdef EMU
    u32 u = bits_of(f);
    if ((u & 0x7fffffffu) > 0x7f800000u) return {0x7fff};
    return {u16((u + 0x7fff + (u >> 16 & 1)) >> 16)};
#else
    bf16 h; asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(h.bits) : "f"(f)); return h;
#endif
}

template <> DEVICE f16 from_float<f16>(float f) {
#ifdef EMU
    _Float16 x = _Float16(f); f16 h; memcpy(&h, &x, 2); return h;
#else
    f16 h; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h.bits) : "f"(f)); return h;
#endif
}

// Two neighbours in one register, the first in the lower half.
template <class T> DEVICE u32 pack2(float first, float second) {
    return from_float<T>(first).bits | (u32)from_float<T>(second).bits << 16;
}
#ifndef EMU
template <> DEVICE u32 pack2<bf16>(float first, float second) {
    u32 r; asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(second), "f"(first)); return r;
}
template <> DEVICE u32 pack2<f16>(float first, float second) {
    u32 r; asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(second), "f"(first)); return r;
}
#endif

// ---- neighbours moved together: one access of up to 16 bytes

template <class T, int N> struct alignas(sizeof(T) * N) Pack { T v[N]; };

/// Elements of T in an access of 16 bytes.
template <class T> constexpr int kPack = 16 / sizeof(T);

struct alignas(16) Chunk { u32 w[4]; };

// Words to elements by shifts, not through a union: compilers then keep all of it in registers.
DEVICE void unpack(const Chunk& c, Pack<float, 4>& p) {
#pragma unroll
    for (int i = 0; i < 4; i++) p.v[i] = float_of(c.w[i]);
}
DEVICE void unpack(const Chunk& c, Pack<i32, 4>& p) {
#pragma unroll
    for (int i = 0; i < 4; i++) p.v[i] = (i32)c.w[i];
}
template <class Half> DEVICE void unpack(const Chunk& c, Pack<Half, 8>& p) {
#pragma unroll
    for (int i = 0; i < 8; i++) p.v[i].bits = (u16)(c.w[i / 2] >> i % 2 * 16);
}
DEVICE void pack(const Pack<float, 4>& p, Chunk& c) {
#pragma unroll
    for (int i = 0; i < 4; i++) c.w[i] = bits_of(p.v[i]);
}
DEVICE void pack(const Pack<i32, 4>& p, Chunk& c) {
#pragma unroll
    for (int i = 0; i < 4; i++) c.w[i] = (u32)p.v[i];
}
template <class Half> DEVICE void pack(const Pack<Half, 8>& p, Chunk& c) {
#pragma unroll
    for (int i = 0; i < 4; i++) c.w[i] = p.v[2 * i].bits | (u32)p.v[2 * i + 1].bits << 16;
}

/// 16 bytes; p is a multiple of 16.
template <class T> DEVICE Pack<T, kPack<T>> load_pack(const T* p) {
    Chunk c = *reinterpret_cast<const Chunk*>(p);
    Pack<T, kPack<T>> values;
    unpack(c, values);
    return values;
}

template <class T> DEVICE void store_pack(T* p, const Pack<T, kPack<T>>& values) {
    Chunk c;
    pack(values, c);
    *reinterpret_cast<Chunk*>(p) = c;
}

// ---- arithmetic that must not be contracted or reordered: the same bits on every device

DEVICE float add_rn(float a, float b) {
#ifdef EMU
    return a + b;
#else
    float r; asm("add.rn.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b)); return r;
#endif
}

DEVICE float mul_rn(float a, float b) {
#ifdef EMU
    return a * b;
#else
    float r; asm("mul.rn.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b)); return r;
#endif
}

DEVICE float fma_rn(float a, float b, float c) {
#ifdef EMU
    return __builtin_fmaf(a, b, c);
#else
    float r; asm("fma.rn.f32 %0, %1, %2, %3;" : "=f"(r) : "f"(a), "f"(b), "f"(c)); return r;
#endif
}

DEVICE float div_rn(float a, float b) {
#ifdef EMU
    return a / b;
#else
    float r; asm("div.rn.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b)); return r;
#endif
}

DEVICE float sqrt_rn(float a) {
#ifdef EMU
    return __builtin_sqrtf(a);
#else
    float r; asm("sqrt.rn.f32 %0, %1;" : "=f"(r) : "f"(a)); return r;
#endif
}

/// The nearest whole number, ties to even.
DEVICE float round_even(float a) {
#ifdef EMU
    return __builtin_rintf(a);
#else
    float r; asm("cvt.rni.f32.f32 %0, %1;" : "=f"(r) : "f"(a)); return r;
#endif
}

DEVICE float abs_of(float x) { return float_of(bits_of(x) & 0x7fffffffu); }

/// The magnitude of the first with the sign of the second.
DEVICE float copy_sign(float magnitude, float sign) { return float_of((bits_of(magnitude) & 0x7fffffffu) | (bits_of(sign) & 0x80000000u)); }

/// Between the bounds; NaN stays NaN.
DEVICE float bounded(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

/// The high half of a 32-bit product.
DEVICE u32 mul_high(u32 a, u32 b) { return (u32)((u64)a * b >> 32); }

/// The high half of a 64-bit product.
DEVICE u64 mul_high(u64 a, u64 b) {
#ifdef EMU
    return (u64)((unsigned __int128)a * b >> 64);
#else
    u64 r; asm("mul.hi.u64 %0, %1, %2;" : "=l"(r) : "l"(a), "l"(b)); return r;
#endif
}

/// The place of the lowest bit that is set; mask is not 0.
DEVICE u32 lowest_bit(u32 mask) {
#ifdef EMU
    return (u32)__builtin_ctz(mask);
#else
    u32 r; asm("{ .reg .b32 t; brev.b32 t, %1; clz.b32 %0, t; }" : "=r"(r) : "r"(mask)); return r;
#endif
}

// ---- fast approximations, 2 ulp: for tensor-core softmax, where operands are halves

DEVICE float fast_exp2(float x) {
#ifdef EMU
    return exp2f(x);
#else
    float r; asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x)); return r;
#endif
}

/// 1 / x within 1 ulp; 0 where that is subnormal.
DEVICE float fast_reciprocal(float x) {
#ifdef EMU
    return 1.0f / x;
#else
    float r; asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x)); return r;
#endif
}

DEVICE float fast_log2(float x) {
#ifdef EMU
    return log2f(x);
#else
    float r; asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x)); return r;
#endif
}

// NaN loses: as fmaxf.
DEVICE float max2(float a, float b) {
#ifdef EMU
    return fmaxf(a, b);
#else
    float r; asm("max.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b)); return r;
#endif
}

DEVICE float min2(float a, float b) {
#ifdef EMU
    return fminf(a, b);
#else
    float r; asm("min.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b)); return r;
#endif
}

DEVICE bool is_nan(float x) { return (bits_of(x) & 0x7fffffffu) > 0x7f800000u; }

DEVICE bool is_finite(float x) { return (bits_of(x) & 0x7f800000u) != 0x7f800000u; }

constexpr float kLog2E = 1.4426950408889634f, kLn2 = 0.6931471805599453f;

DEVICE float infinity() { return float_of(0x7f800000u); }

DEVICE float not_a_number() { return float_of(0x7fc00000u); }

// ---- block and warp synchronisation

DEVICE void block_sync() {
#ifdef EMU
    emu::barrier(0, 0);
#else
    asm volatile("bar.sync 0;" ::: "memory");
#endif
}

DEVICE void warp_sync(u32 mask = kAllLanes) {
#ifdef EMU
    emu::warp_barrier(mask);
#else
    asm volatile("bar.warp.sync %0;" ::"r"(mask) : "memory");
#endif
}

#ifdef EMU
DEVICE u32 emu_shuffle(emu::Collective op, u32 value, u32 param, u32 mask) {
    emu::LaneArgs a;
    a.value = value, a.param = param;
    emu::collective(op, mask, &a);
    return a.result;
}
#define SHUFFLE(name, op, ptx, clamp) \
    DEVICE u32 name(u32 v, u32 lane, u32 mask = kAllLanes) { return emu_shuffle(emu::op, v, lane, mask); }
#else
#define SHUFFLE(name, op, ptx, clamp)                                                                              \
    DEVICE u32 name(u32 v, u32 lane, u32 mask = kAllLanes) {                                                       \
        u32 r; asm volatile("shfl.sync." ptx ".b32 %0, %1, %2, " clamp ", %3;" : "=r"(r) : "r"(v), "r"(lane), "r"(mask)); return r; \
    }
#endif
SHUFFLE(shfl_idx, kShflIdx, "idx", "0x1f")
SHUFFLE(shfl_xor, kShflXor, "bfly", "0x1f")
SHUFFLE(shfl_down, kShflDown, "down", "0x1f")
SHUFFLE(shfl_up, kShflUp, "up", "0")

DEVICE float shfl_idx(float v, u32 lane, u32 mask = kAllLanes) { return float_of(shfl_idx(bits_of(v), lane, mask)); }
DEVICE float shfl_xor(float v, u32 lanes, u32 mask = kAllLanes) { return float_of(shfl_xor(bits_of(v), lanes, mask)); }
DEVICE float shfl_down(float v, u32 lanes, u32 mask = kAllLanes) { return float_of(shfl_down(bits_of(v), lanes, mask)); }

DEVICE u32 warp_ballot(bool vote, u32 mask = kAllLanes) {
#ifdef EMU
    emu::LaneArgs a;
    a.value = vote;
    emu::collective(emu::kBallot, mask, &a);
    return a.result;
#else
    u32 r;
    asm volatile("{ .reg .pred p; setp.ne.u32 p, %1, 0; vote.sync.ballot.b32 %0, p, %2; }" : "=r"(r) : "r"((u32)vote), "r"(mask));
    return r;
#endif
}

// ---- memory shared by blocks

DEVICE void memory_fence() {
#ifdef EMU
    emu::memory_fence();
#else
    asm volatile("membar.gl;" ::: "memory");
#endif
}

// Integers only: sums of floats have a fixed order. The ordering that callers rely on is memory_fence's.
DEVICE u32 atomic_add(u32* p, u32 v) {
#ifdef EMU
    return __atomic_fetch_add(p, v, __ATOMIC_RELAXED);
#else
    u32 r; asm volatile("atom.global.add.u32 %0, [%1], %2;" : "=r"(r) : "l"(p), "r"(v) : "memory"); return r;
#endif
}

DEVICE u64 atomic_min(u64* p, u64 v) {
#ifdef EMU
    u64 old = __atomic_load_n(p, __ATOMIC_RELAXED);
    while (v < old && !__atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
    return old;
#else
    u64 r; asm volatile("atom.global.min.u64 %0, [%1], %2;" : "=l"(r) : "l"(p), "l"(v) : "memory"); return r;
#endif
}

/// Notes that an operand broke its op's rule at a position; the host looks when it waits next (DeferredFaults.cs). The lowest stays.
DEVICE void report_fault(u64* word, u64 tag, u64 position) { atomic_min(word, tag << 40 | position); }

// ---- indices

DEVICE u32 thread_id() { return blockIdx.x * blockDim.x + threadIdx.x; }

DEVICE u32 thread_count() { return gridDim.x * blockDim.x; }

template <class T> DEVICE T smaller(T a, T b) { return a < b ? a : b; }

template <class T> DEVICE T larger(T a, T b) { return a > b ? a : b; }
