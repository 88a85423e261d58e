// Blocks as fibers on one OS thread each: scheduling, barriers, and what happens when a kernel does what it must not.
#include "runtime.h"
#include "races.h"
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <thread>

// Saves the callee-saved registers on the current stack and continues on another.
asm(R"(
.text
.globl emu_switch
.type emu_switch,@function
emu_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size emu_switch, .-emu_switch
)");
extern "C" void emu_switch(void** save, void* load);

namespace emu {

__thread Self* self;
__thread BlockView* view;
thread_local Worker* worker;
Options options;
Counters counters;
std::string (*describe_address)(const void*);

constexpr size_t kPage = 4096, kGuard = 1 << 20;
constexpr uint64_t kWorthSharing = 2048;   // threads below which one worker is faster than waking others

static std::mutex total_lock;
static std::string first_report;           // of the launch in progress

// ---- failing: the block is left where it stands, and the launch reports

[[noreturn]] static void abandon(std::string report) {
    Worker& w = *worker;
    if (w.current) {
        char where[160];
        snprintf(where, sizeof where, " [kernel %s, block %u,%u,%u, thread %u]", w.kernel, w.block_view.block.x,
                 w.block_view.block.y, w.block_view.block.z, w.current->id);
        report += where;
    }
    {
        std::lock_guard<std::mutex> hold(total_lock);
        if (first_report.empty()) first_report = report;
    }
    w.inside = false;
    siglongjmp(w.abandoned, 1);
}

void fail(const char* format, ...) {
    char text[512];
    va_list v;
    va_start(v, format);
    vsnprintf(text, sizeof text, format, v);
    va_end(v);
    abandon(text);
}

void check_shared(const void* p, size_t bytes, const char* what) {
    auto b = worker->block_view.smem;
    auto q = static_cast<const unsigned char*>(p);
    if (q < b || q + bytes > b + worker->block_view.smem_bytes)
        fail("%s: address %td..%td outside the %zu bytes of shared memory", what, q - b, q - b + (ptrdiff_t)bytes,
             worker->block_view.smem_bytes);
}

static struct sigaction previous_segv, previous_bus;

static void on_fault(int signal, siginfo_t* info, void* context) {
    if (worker && worker->inside) {
        auto end = worker->smem_end, at = (unsigned char*)info->si_addr;
        char text[128];
        if (at >= end && at < end + kGuard)
            fail("illegal address %p: %td bytes past the %zu bytes of shared memory", at,
                 at - worker->block_view.smem - (ptrdiff_t)worker->block_view.smem_bytes, worker->block_view.smem_bytes);
        if (auto f = worker->current; f && at < worker->stacks + f->id * kStack + kPage && at >= worker->stacks + f->id * kStack)
            fail("a thread's stack of %zu bytes is full", kStack);
        std::string what = describe_address ? describe_address(at) : "";
        snprintf(text, sizeof text, "illegal address %p", at);
        abandon(std::string(text) + (what.empty() ? "" : ": " + what));
    }
    auto& previous = signal == SIGSEGV ? previous_segv : previous_bus;
    if (previous.sa_flags & SA_SIGINFO) previous.sa_sigaction(signal, info, context);
    else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) previous.sa_handler(signal);
    else sigaction(signal, &previous, nullptr);                // and fault again
}

static void catch_faults() {
    static std::once_flag once;
    std::call_once(once, [] {
        struct sigaction action = {};
        action.sa_sigaction = on_fault;
        action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
        sigaction(SIGSEGV, &action, &previous_segv);
        sigaction(SIGBUS, &action, &previous_bus);
    });
}

// ---- scheduling

static unsigned pick(unsigned mask, unsigned after) {
    switch (options.order) {
    case kReverse:
        return 31 - __builtin_clz(mask);
    case kRandom: {
        auto& r = worker->random;
        r ^= r << 13, r ^= r >> 17, r ^= r << 5;
        unsigned n = r % __builtin_popcount(mask);
        while (n--) mask &= mask - 1;
        return __builtin_ctz(mask);
    }
    default: {
        unsigned higher = after >= 31 ? 0 : mask & (~0u << (after + 1));
        return __builtin_ctz(higher ? higher : mask);
    }
    }
}

static void enter(Fiber* f) {
    worker->current = f;
    self = f;
    races::enter(f->id);
}

[[noreturn]] static void deadlock() {
    std::map<std::string, unsigned> where;
    for (unsigned i = 0; i < worker->threads; i++)
        if (worker->warps[i / 32].alive >> (i & 31) & 1) where[worker->fibers[i].waits_in]++;
    std::string text = "threads of one block or warp diverged around a synchronising instruction:";
    for (auto& w : where) text += " " + std::to_string(w.second) + " wait in " + w.first + ";";
    text.pop_back();
    abandon(text);
}

// Leaves the running fiber; it is already marked not ready (or dead).
void yield_now() {
    Worker& w = *worker;
    Fiber* from = w.current;
    unsigned wi = from->id / 32, lane = from->id & 31;
    if (!w.warps[wi].ready) {
        unsigned n = w.warp_count, start = wi;
        for (unsigned k = 1;; k++) {
            if (k > n) {                                        // nobody can run: now a copy may finish
                if (!w.bulk_count) deadlock();
                land_one_bulk_copy();
                k = 1;
            }
            unsigned c = options.order == kReverse ? (start + n - k % n) % n : (start + k) % n;
            if (w.warps[c].ready) { wi = c; break; }
        }
        lane = 31;
    }
    unsigned next = wi * 32 + pick(w.warps[wi].ready, lane);
    Fiber* to = &w.fibers[next];
    if (to == from) return;
    w.count.switches++;
    enter(to);
    emu_switch(&from->sp, to->sp);
}

static void release_barrier(NamedBarrier& b) {
    Worker& w = *worker;
    for (unsigned i = 0; i < w.warp_count; i++) w.warps[i].ready |= b.waiting[i], b.waiting[i] = 0;
    b.arrived = 0, b.turn++;
}

void barrier(unsigned id, unsigned threads) {
    Worker& w = *worker;
    Fiber* f = w.current;
    NamedBarrier& b = w.bars[id];
    unsigned expect = threads ? threads : w.alive;
    w.count.block_barriers++;
    unsigned key = races::at_turn(races::kBars + id, b.turn);
    races::release(key);
    unsigned wi = f->id / 32;
    w.warps[wi].ready &= ~(1u << f->lane);
    b.waiting[wi] |= 1u << f->lane;
    b.expect = threads;
    f->waits_in = "a block barrier";
    if (++b.arrived == expect) release_barrier(b);
    else yield_now();
    races::acquire(key);
}

static void finish_fiber() {
    Worker& w = *worker;
    Fiber* f = w.current;
    races::end_thread();
    if (f->landed != f->copies.size()) fail("thread ended with asynchronous copies in flight");
    if (!f->wgmmas.empty()) fail("thread ended with matrix instructions in flight");
    unsigned wi = f->id / 32;
    w.warps[wi].alive &= ~(1u << f->lane);
    w.warps[wi].ready &= ~(1u << f->lane);
    if (--w.alive == 0) {
        void* dead;
        w.current = nullptr;
        races::go_home();
        emu_switch(&dead, w.home);
        __builtin_unreachable();
    }
    NamedBarrier& b = w.bars[0];
    if (b.arrived && !b.expect && b.arrived == w.alive) release_barrier(b);   // exited threads count as arrived
    yield_now();
    __builtin_unreachable();
}

static void fiber_main() {
    worker->thunk(worker->fn, worker->params);
    finish_fiber();
}

// ---- warp-wide instructions

static const char* const kNames[] = {"shfl.idx", "shfl.xor", "shfl.down", "shfl.up", "ballot", "mma.m16n8k16 bf16",
                                     "mma.m16n8k16 f16", "mma.m16n8k8 bf16", "mma.m16n8k8 f16", "mma.m16n8k8 tf32",
                                     "ldmatrix", "ldmatrix.trans", "__syncwarp"};
static_assert(sizeof kNames / sizeof *kNames == kCollectives + 1, "a name for each");

static void meet(int op, unsigned mask, LaneArgs* args) {
    Worker& w = *worker;
    Fiber* f = w.current;
    Warp& wp = w.warps[f->id / 32];
    unsigned bit = 1u << f->lane;
    if (!(mask & bit)) fail("%s: the calling lane is not in its own mask", kNames[op]);
    if (mask & ~wp.alive) fail("%s: the mask %08x names lanes that have ended or never were", kNames[op], mask);
    if (!wp.arrived) wp.op = op, wp.mask = mask;
    else if (wp.op != op || wp.mask != mask)
        fail("lanes of one warp meet in different instructions: %s and %s", kNames[wp.op], kNames[op]);
    wp.args[f->lane] = args;
    wp.arrived |= bit;
    w.count.warp_ops++;
    if (wp.arrived == wp.mask) {
        if (op < kCollectives) perform(wp);
        else wp.turn++;
        wp.ready |= wp.mask;
        wp.arrived = 0;
    } else {
        wp.ready &= ~bit;
        f->waits_in = kNames[op];
        yield_now();
    }
}

void warp_barrier(unsigned mask) {
    unsigned warp = worker->current->id / 32, key = races::at_turn(races::kWarps + warp, worker->warps[warp].turn);
    races::release(key);
    meet(kCollectives, mask, nullptr);
    races::acquire(key);
}

void memory_fence() {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    races::fence();
}

void collective(Collective op, unsigned mask, LaneArgs* args) { meet(op, mask, args); }

// ---- launching

static unsigned char* map_pages(size_t n) {
    void* p = mmap(nullptr, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) { fprintf(stderr, "emulator: no memory for stacks\n"); abort(); }
    return (unsigned char*)p;
}

void map_memory(Worker& w) {
    w.stacks = map_pages(kStack * kMaxThreads);
    for (unsigned i = 0; i < kMaxThreads; i++) mprotect(w.stacks + i * kStack, kPage, PROT_NONE);
    size_t area = (kSharedMost + kRedZone + kPage - 1) / kPage * kPage;
    w.smem_end = map_pages(area + kGuard) + area;
    mprotect(w.smem_end, kGuard, PROT_NONE);
}

static Worker* make_worker() {
    auto w = new Worker();
    map_memory(*w);
    stack_t present;
    if (!sigaltstack(nullptr, &present) && (present.ss_flags & SS_DISABLE)) {      // a full stack is reported on another one
        constexpr size_t kHandler = 64 << 10;
        stack_t own = {};
        own.ss_sp = map_pages(kHandler), own.ss_size = kHandler;
        sigaltstack(&own, nullptr);
    }
    races::make(*w);
    return w;
}

static void poison(unsigned char* p, unsigned char with, size_t n) {
#ifdef EMU_TSAN
    for (auto q = (volatile unsigned char*)p; n; n--) *q++ = with;      // sanitizers intercept memset
#else
    memset(p, with, n);
#endif
}

static void run_block(Worker& w, emu_uint3 index) {
    BlockView& v = w.block_view;
    v.block = index;
    races::begin_block(w);
    v.smem = w.smem_end - (v.smem_bytes + 127) / 128 * 128;
    // NaN in every float format, and something before and behind; what is farther behind faults.
    size_t tail = w.smem_end - v.smem - v.smem_bytes;
    poison(v.smem - kRedZone, 0xFF, kRedZone + v.smem_bytes + tail);
    memset(w.bars, 0, sizeof w.bars);
    w.bulk_first = w.bulk_count = 0;
    w.alive = w.threads;
    for (unsigned i = 0; i < w.warp_count; i++) {
        unsigned n = w.threads - i * 32;
        unsigned m = n >= 32 ? ~0u : (1u << n) - 1;
        w.warps[i] = Warp{m, m, 0, 0, 0, {}, 0};
    }
    for (unsigned i = 0; i < w.threads; i++) {
        Fiber& f = w.fibers[i];
        f.id = i, f.lane = i & 31;
        f.thread = {i % v.block_dim.x, i / v.block_dim.x % v.block_dim.y, i / (v.block_dim.x * v.block_dim.y)};
        f.copies.clear(), f.group_ends.clear(), f.landed = 0;
        f.mbar = ~0u, f.wgmmas.clear(), f.wgmma_groups.clear();
        // stagger the tops: equal offsets would put every fiber's hot lines in the same cache sets
        auto top = reinterpret_cast<void**>(w.stacks + (i + 1) * kStack - i % 32 * 448);
        *--top = nullptr;                                       // keeps rsp 8 mod 16 at entry
        *--top = reinterpret_cast<void*>(&fiber_main);
        top -= 6;
        memset(top, 0, 48);
        f.sp = top;
    }
    unsigned warp = options.order == kReverse ? w.warp_count - 1 : 0;
    Fiber* first = &w.fibers[warp * 32 + pick(w.warps[warp].ready, 31)];
    if (sigsetjmp(w.abandoned, 0)) {
        w.current = nullptr;
        races::go_home();
        return;
    }
    enter(first);
    w.inside = true;
    emu_switch(&w.home, first->sp);
    w.inside = false;
    ptrdiff_t bytes = v.smem_bytes;
    for (ptrdiff_t i = -(ptrdiff_t)kRedZone; i < bytes + (ptrdiff_t)tail; i++) {
        if (i == 0) i = bytes;
        if (i == bytes + (ptrdiff_t)tail || v.smem[i] == 0xFF) continue;
        char text[160];
        snprintf(text, sizeof text, "shared memory written %td bytes %s its %zu [kernel %s, block %u,%u,%u]",
                 i < 0 ? -i : i - bytes, i < 0 ? "before" : "past", v.smem_bytes, w.kernel, index.x, index.y, index.z);
        std::lock_guard<std::mutex> hold(total_lock);
        if (first_report.empty()) first_report = text;
        break;
    }
    w.count.blocks++;
    w.count.threads += w.threads;
}

// The other workers: started once, each waits for the next launch.
struct Crew {
    std::mutex lock;
    std::condition_variable start, done;
    const std::function<void()>* job = nullptr;
    uint64_t turn = 0;
    unsigned size = 0, running = 0;
};

static void run_on_all(const std::function<void()>& job) {
    static Crew& crew = *new Crew();                           // lives as long as its threads
    std::unique_lock<std::mutex> hold(crew.lock);
    for (; crew.size + 1 < options.workers; crew.size++)
        std::thread([seen = crew.turn] () mutable {
            for (;;) {
                std::unique_lock<std::mutex> hold(crew.lock);
                crew.start.wait(hold, [&] { return crew.turn != seen; });
                seen = crew.turn;
                auto job = crew.job;
                hold.unlock();
                (*job)();
                hold.lock();
                if (--crew.running == 0) crew.done.notify_one();
            }
        }).detach();
    crew.job = &job, crew.turn++, crew.running = crew.size;
    hold.unlock();
    crew.start.notify_all();
    job();
    hold.lock();
    crew.done.wait(hold, [&] { return crew.running == 0; });
}

std::string launch(const Kernel& kernel, emu_uint3 grid, emu_uint3 block, unsigned smem_bytes, const unsigned char* given) {
    catch_faults();
    alignas(128) unsigned char buffer[4096];                   // a kernel takes no more
    void* params[sizeof buffer / 4];
    for (size_t i = 0; i < kernel.offsets.size(); i++) {
        params[i] = buffer + kernel.offsets[i];
        memcpy(params[i], given + kernel.offsets[i], kernel.sizes[i]);
    }
    unsigned threads = block.x * block.y * block.z;
    uint64_t blocks = uint64_t(grid.x) * grid.y * grid.z;
    std::atomic<uint64_t> next{0};
    std::atomic<bool> failed{false};
    first_report.clear();
    races::begin_launch();
    auto body = [&] {
        static thread_local Worker* mine = make_worker();
        Worker& w = *(worker = mine);
        view = &w.block_view;
        w.kernel = kernel.name.c_str(), w.fn = kernel.fn, w.thunk = kernel.thunk, w.params = &params[0];
        w.threads = threads, w.warp_count = (threads + 31) / 32;
        w.block_view.block_dim = block, w.block_view.grid_dim = grid;
        w.block_view.smem_bytes = smem_bytes;
        w.random = options.seed * 2654435761u | 1;
        w.count = {};
        races::begin_worker(w);
        for (;;) {
            uint64_t i = next.fetch_add(1);
            if (i >= blocks || failed) break;
            run_block(w, {unsigned(i % grid.x), unsigned(i / grid.x % grid.y), unsigned(i / (uint64_t(grid.x) * grid.y))});
            if (!first_report.empty()) failed = true;
        }
        worker = nullptr;
        std::lock_guard<std::mutex> hold(total_lock);
        auto add = reinterpret_cast<uint64_t*>(&counters);
        auto from = reinterpret_cast<uint64_t*>(&w.count);
        for (size_t k = 0; k < sizeof(Counters) / 8; k++) add[k] += from[k];
    };
    bool is_small = blocks == 1 || blocks * threads < kWorthSharing;
    if (is_small || options.workers <= 1) body();
    else run_on_all(body);
    races::end_launch();
    counters.launches++;
    return first_report;
}

std::vector<Kernel>*& loading() {
    static thread_local std::vector<Kernel>* list;
    return list;
}

void enlist(const char* name, void* fn, Thunk thunk, const unsigned* sizes, const unsigned* alignments, unsigned count) {
    if (!loading()) return;
    Kernel k{name, fn, thunk, {sizes, sizes + count}, {}};
    unsigned at = 0;
    for (unsigned i = 0; i < count; i++) {
        at = (at + alignments[i] - 1) / alignments[i] * alignments[i];
        k.offsets.push_back(at);
        at += sizes[i];
    }
    loading()->push_back(k);
}

}  // namespace emu
