// What ThreadSanitizer is told (a build with EMU_TSAN, for replays): every CUDA thread is a fiber of its own to it, and only
// what orders memory on the device orders it there: barriers, mbarriers, __syncwarp, fences, the ends of launches. Shuffles
// and matrix instructions do not. Blocks of a launch are unordered: they take turns at kSets sets of fibers, of which only
// the same one's blocks follow each other.
#pragma once
#include "runtime.h"

namespace emu::races {

constexpr unsigned kBars = 0, kWarps = kBars + kMaxBarriers + kMaxThreads / 128, kBlockEnd = kWarps + kMaxThreads / 32,
    kNextTurn = kBlockEnd + 1, kKeys = 2 * kNextTurn;

/// What a barrier's threads are ordered by changes from turn to turn: who leaves late has not seen who came to the next one.
constexpr unsigned at_turn(unsigned key, unsigned turn) { return key + turn % 2 * kNextTurn; }

#ifdef EMU_TSAN
void make(Worker& w);
void begin_launch();
void end_launch();
void begin_worker(Worker& w);
void begin_block(Worker& w);
void end_thread();
void enter(unsigned thread);
void go_home();
void release(unsigned key);
void acquire(unsigned key);
/// Fences order what stands before one with what stands after a later one, in whatever block.
void fence();
void release_at(void* p);
void acquire_at(void* p);
void read(const void* p, size_t bytes);
void write(void* p, size_t bytes);
/// A bulk copy belongs to no thread: it starts after what its thread did, and its mbarrier tells of its end.
void bulk_begins(void* to, size_t bytes);
void bulk_lands(void* to, size_t bytes, void* mbarrier);
#else
inline void make(Worker&) {}
inline void begin_launch() {}
inline void end_launch() {}
inline void begin_worker(Worker&) {}
inline void begin_block(Worker&) {}
inline void end_thread() {}
inline void enter(unsigned) {}
inline void go_home() {}
inline void release(unsigned) {}
inline void acquire(unsigned) {}
inline void fence() {}
inline void release_at(void*) {}
inline void acquire_at(void*) {}
inline void read(const void*, size_t) {}
inline void write(void*, size_t) {}
inline void bulk_begins(void*, size_t) {}
inline void bulk_lands(void*, size_t, void*) {}
#endif

}  // namespace emu::races
