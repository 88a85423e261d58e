// The emulator's side of ThreadSanitizer; empty in the ordinary build.
#include "races.h"

#ifdef EMU_TSAN
extern "C" {
void* __tsan_get_current_fiber();
void* __tsan_create_fiber(unsigned);
void __tsan_switch_to_fiber(void*, unsigned);
void __tsan_acquire(void*);
void __tsan_release(void*);
void __tsan_read_range(void*, unsigned long);
void __tsan_write_range(void*, unsigned long);
}

namespace emu {

constexpr unsigned kSets = 2, kUnordered = 1;

struct Set {
    void* fibers[kMaxThreads] = {};
    uint64_t keys[races::kKeys] = {};       // addresses that stand for what is waited at
    unsigned char *stacks, *smem_end;
};
struct Races {
    Set sets[kSets];
    unsigned set = 0;
    void *home, *engine;
    uint64_t started;                       // stands for the thread that asks for a bulk copy
};

namespace races {

static uint64_t launch_begins, launch_ends, fences;

static Set& set() { return worker->races->sets[worker->races->set]; }
static void* current() {
    auto& r = *worker->races;
    return worker->current ? set().fibers[worker->current->id] : r.home;
}

void make(Worker& w) {
    w.races = new Races();
    for (auto& s : w.races->sets) map_memory(w), s.stacks = w.stacks, s.smem_end = w.smem_end;
    w.races->engine = __tsan_create_fiber(0);
}
void begin_launch() { __tsan_release(&launch_begins); }
void end_launch() { __tsan_acquire(&launch_ends); }
void begin_worker(Worker& w) { w.races->home = __tsan_get_current_fiber(); }
void enter(unsigned thread) { __tsan_switch_to_fiber(set().fibers[thread], kUnordered); }
void go_home() { __tsan_switch_to_fiber(worker->races->home, kUnordered); }
void release(unsigned key) { __tsan_release(&set().keys[key]); }
void acquire(unsigned key) { __tsan_acquire(&set().keys[key]); }
void begin_block(Worker& w) {
    w.races->set = (w.races->set + 1) % kSets;
    auto& s = set();
    w.stacks = s.stacks, w.smem_end = s.smem_end;
    for (unsigned i = 0; i < w.threads; i++) {
        if (!s.fibers[i]) s.fibers[i] = __tsan_create_fiber(0);
        // Here and not where a thread begins: threads of the same block may have ended by then, and are not what it waits for.
        enter(i);
        __tsan_acquire(&launch_begins);
        acquire(kBlockEnd);
    }
    go_home();
}
void end_thread() {
    release(kBlockEnd);
    __tsan_release(&launch_ends);
}
void fence() { __tsan_release(&fences), __tsan_acquire(&fences); }
void release_at(void* p) { __tsan_release(p); }
void acquire_at(void* p) { __tsan_acquire(p); }
void read(const void* p, size_t bytes) { if (bytes) __tsan_read_range(const_cast<void*>(p), bytes); }
void write(void* p, size_t bytes) { if (bytes) __tsan_write_range(p, bytes); }

void bulk_begins(void* to, size_t bytes) {
    auto& r = *worker->races;
    __tsan_release(&r.started);
    __tsan_switch_to_fiber(r.engine, kUnordered);
    __tsan_acquire(&r.started);
    __tsan_write_range(to, bytes);
    __tsan_switch_to_fiber(current(), kUnordered);
}
void bulk_lands(void* to, size_t bytes, void* mbarrier) {
    auto& r = *worker->races;
    __tsan_switch_to_fiber(r.engine, kUnordered);
    __tsan_write_range(to, bytes);
    __tsan_release(mbarrier);
    __tsan_switch_to_fiber(current(), kUnordered);
}

}  // namespace races
}  // namespace emu
#endif
