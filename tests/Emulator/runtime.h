// The inside of the emulator, shared by its own files: fibers, warps and the worker that runs one block at a time.
#pragma once
#define EMU_RUNTIME
#include "emu.h"
#include <csetjmp>
#include <cstring>
#include <string>
#include <vector>

namespace emu {

constexpr size_t kStack = 64 << 10;
constexpr unsigned kMaxThreads = 1024, kRedZone = 256, kSharedMost = 227 << 10, kMaxBarriers = 16, kMaxBulk = 256;

enum Order { kForward, kReverse, kRandom };
struct Options {
    Order order = kForward;      // which ready thread runs next
    unsigned seed = 1;
    bool lazy_copies = true;     // asynchronous copies land at the wait (true) or at issue
    unsigned workers = 1;        // OS threads, one block each at a time
};
extern Options options;

struct Counters {
    uint64_t launches, blocks, threads, block_barriers, warp_ops, mma, ldmatrix, ldmatrix_conflict_ways, switches;
};
extern Counters counters;

struct Copy { void* to; const void* from; unsigned bytes, valid; };
struct Wgmma { float* d; uint64_t a, b; int n; bool accumulate; };

struct Fiber : Self {
    void* sp;
    unsigned id;
    const char* waits_in;
    uint32_t mbar;                         // while waiting for an mbarrier
    unsigned parity;
    std::vector<Wgmma> wgmmas;
    std::vector<size_t> wgmma_groups;
    std::vector<Copy> copies;              // issued, in order
    std::vector<size_t> group_ends;        // committed groups: end index into copies
    size_t landed;
};

struct Warp {
    unsigned ready, alive;                 // lane masks
    unsigned arrived, mask;                // of the warp-wide instruction in progress
    int op;
    LaneArgs* args[32];
    unsigned turn;                         // of __syncwarp
};

struct BulkCopy { uint32_t to, mbar; TensorMap map; int at[4]; };
struct NamedBarrier { unsigned arrived, expect, turn; unsigned waiting[kMaxThreads / 32]; };

struct Worker {
    Fiber fibers[kMaxThreads];
    Warp warps[kMaxThreads / 32];
    NamedBarrier bars[kMaxBarriers + kMaxThreads / 128];       // the last ones: one per warpgroup
    BulkCopy bulk[kMaxBulk];               // issued, not landed: a ring
    unsigned bulk_first, bulk_count;
    BlockView block_view;
    unsigned threads, warp_count, alive;
    unsigned char* stacks;
    unsigned char* smem_end;               // where memory ends that may be touched
    void* home;                            // stack pointer of the OS thread
    Fiber* current;
    const char* kernel;
    void* fn;
    Thunk thunk;
    void** params;
    uint32_t random;
    Counters count;
    sigjmp_buf abandoned;                  // where a failing block is left
    bool inside;                           // a block is running: faults are its
    struct Races* races;                   // only in the build for ThreadSanitizer
};
extern thread_local Worker* worker;

void yield_now();
void perform(Warp& warp);                  // the warp-wide instruction at which all lanes have met
void land_one_bulk_copy();
void map_memory(Worker& w);                // stacks and shared memory

// ---- host side
struct Kernel {
    std::string name;
    void* fn;
    Thunk thunk;
    std::vector<unsigned> sizes, offsets;
};
/// Runs a grid to its end; parameters as the kernel's buffer holds them. The report of what went wrong, empty if nothing did.
std::string launch(const Kernel& kernel, emu_uint3 grid, emu_uint3 block, unsigned smem_bytes, const unsigned char* params);

/// The kernels that modules enlist while they are being loaded by this thread.
std::vector<Kernel>*& loading();

/// Says what lies at an address that a kernel must not touch; by the memory of the emulated driver.
extern std::string (*describe_address)(const void* address);

}  // namespace emu
