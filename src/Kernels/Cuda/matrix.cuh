// Asynchronous copies into shared memory and the tensor cores' instructions (sm_80 and later).
#pragma once
#include "prelude.cuh"

// A shared address is a 32-bit number on the device; in the emulation it is the offset in the block's shared memory, so
// that the arithmetic of banks is the same.
DEVICE u32 shared_address(const void* p) {
#ifdef EMU
    return u32(static_cast<const unsigned char*>(p) - emu::view->smem);
#else
    u32 a;
    asm("{ .reg .u64 t; cvta.to.shared.u64 t, %1; cvt.u32.u64 %0, t; }" : "=r"(a) : "l"(p));
    return a;
#endif
}

// ---- cp.async: 16 bytes; those from `valid` on are written as zero

DEVICE void cp_async16(u32 to, const void* from, u32 valid = 16) {
#ifdef EMU
    emu::cp_async(emu::view->smem + to, from, 16, valid);
#else
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(valid) : "memory");
#endif
}

DEVICE void cp_async_commit() {
#ifdef EMU
    emu::cp_async_commit();
#else
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

/// Waits until at most `Left` of this thread's groups are under way.
template <int Left> DEVICE void cp_async_wait() {
#ifdef EMU
    emu::cp_async_wait(Left);
#else
    asm volatile("cp.async.wait_group %0;" ::"n"(Left) : "memory");
#endif
}

// ---- ldmatrix: 8x8 matrices of 16-bit elements; lane l of group l / 8 gives the address of a row

#ifdef EMU
template <int N> DEVICE void emu_ldmatrix(emu::Collective op, u32 (&r)[N], u32 address) {
    emu::LaneArgs a;
    if ((threadIdx.x & 31) < N * 8) {                // lanes beyond address nothing
        emu::check_shared(emu::view->smem + address, 16, "ldmatrix");
        if (address & 15) emu::fail("ldmatrix: misaligned row");
        memcpy(a.row, emu::view->smem + address, 16);
    }
    a.row_address = address, a.matrices = N;
    for (int i = 0; i < N; i++) a.out[i] = &r[i];
    emu::collective(op, kAllLanes, &a);
}
#define LDMATRIX(name, n, op, ptx, outs, at, ...) \
    DEVICE void name(u32 (&r)[n], u32 address) { emu_ldmatrix<n>(emu::op, r, address); }
#else
#define LDMATRIX(name, n, op, ptx, outs, at, ...) \
    DEVICE void name(u32 (&r)[n], u32 address) { asm volatile("ldmatrix.sync.aligned.m8n8." ptx ".shared.b16 " outs ", [" at "];" : __VA_ARGS__ : "r"(address) : "memory"); }
#endif
LDMATRIX(ldmatrix_x4, 4, kLdmatrix, "x4", "{%0,%1,%2,%3}", "%4", "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]))
LDMATRIX(ldmatrix_x4_trans, 4, kLdmatrixTrans, "x4.trans", "{%0,%1,%2,%3}", "%4", "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]))
LDMATRIX(ldmatrix_x2, 2, kLdmatrix, "x2", "{%0,%1}", "%2", "=r"(r[0]), "=r"(r[1]))
LDMATRIX(ldmatrix_x2_trans, 2, kLdmatrixTrans, "x2.trans", "{%0,%1}", "%2", "=r"(r[0]), "=r"(r[1]))
LDMATRIX(ldmatrix_x1, 1, kLdmatrix, "x1", "{%0}", "%1", "=r"(r[0]))
LDMATRIX(ldmatrix_x1_trans, 1, kLdmatrixTrans, "x1.trans", "{%0}", "%1", "=r"(r[0]))

// ---- mma: d(16x8) += a(16xK, row) · b(Kx8, col), accumulated in float.
// Lane l holds, with g = l / 4 and t = l % 4: d = rows g, g, g+8, g+8 of columns 2t, 2t+1, 2t, 2t+1.

template <class T> struct Mma;

#ifdef EMU
#define MMA(T, k16, k8)                                                                                            \
    template <> struct Mma<T> {                                                                                    \
        static DEVICE void k16step(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) { run(emu::k16, d, a, b0, b1); } \
        static DEVICE void k8step(float (&d)[4], const u32 (&a)[2], u32 b0) { run(emu::k8, d, a, b0, 0); }            \
        static DEVICE void run(emu::Collective op, float (&d)[4], const u32* a, u32 b0, u32 b1) {                     \
            u32 b[2] = {b0, b1};                                                                                   \
            emu::LaneArgs x;                                                                                       \
            x.a = a, x.b = b, x.c = d, x.d = d;                                                                    \
            emu::collective(op, kAllLanes, &x);                                                                    \
        }                                                                                                          \
    };
MMA(bf16, kMma16816Bf16, kMma1688Bf16)
MMA(f16, kMma16816F16, kMma1688F16)
#else
#define MMA(T, type)                                                                                               \
    template <> struct Mma<T> {                                                                                    \
        static DEVICE void k16step(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {                             \
            asm volatile("mma.sync.aligned.m16n8k16.row.col.f32." type "." type ".f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" \
                         : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])                                          \
                         : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));                          \
        }                                                                                                          \
        static DEVICE void k8step(float (&d)[4], const u32 (&a)[2], u32 b0) {                                      \
            asm volatile("mma.sync.aligned.m16n8k8.row.col.f32." type "." type ".f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};" \
                         : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(b0));        \
        }                                                                                                          \
    };
MMA(bf16, "bf16")
MMA(f16, "f16")
#endif

/// d(16x8) += a(16x8, row) · b(8x8, col) in tf32; operands are floats rounded by to_tf32.
DEVICE void mma_tf32(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {
#ifdef EMU
    u32 b[2] = {b0, b1};
    emu::LaneArgs x;
    x.a = a, x.b = b, x.c = d, x.d = d;
    emu::collective(emu::kMma1688Tf32, kAllLanes, &x);
#else
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#endif
}

DEVICE u32 to_tf32(float f) {
#ifdef EMU
    return (bits_of(f) + 0x1000) & 0xffffe000u;
#else
    u32 r; asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(f)); return r;
#endif
}
