// sm_90a: mbarriers, bulk tensor copies and warpgroup matrix instructions.
#include "races.h"
#include "runtime.h"
#include <algorithm>

namespace emu {

float bf16_to_float(uint16_t h);

// ---- mbarriers: an 8-byte word in shared memory

struct Mbar { int32_t bytes; uint16_t count, pending : 15, phase : 1; };
static_assert(sizeof(Mbar) == 8, "an mbarrier has 8 bytes");

static Mbar& mbar_at(uint32_t address) {
    auto p = worker->block_view.smem + address;
    check_shared(p, 8, "mbarrier");
    if (address & 7) fail("mbarrier: misaligned");
    return *reinterpret_cast<Mbar*>(p);
}
void mbar_init(uint32_t address, unsigned count) {
    mbar_at(address) = Mbar{0, uint16_t(count), uint16_t(count & 0x7fff), 0};
}
static void mbar_settle(uint32_t address) {
    Mbar& m = mbar_at(address);
    if (m.pending || m.bytes) return;
    m.phase ^= 1, m.pending = m.count;
    Worker& w = *worker;
    for (unsigned i = 0; i < w.threads; i++)
        if (w.fibers[i].mbar == address && m.phase != w.fibers[i].parity) {
            w.fibers[i].mbar = ~0u;
            w.warps[i / 32].ready |= 1u << (i & 31);
        }
}
void mbar_arrive(uint32_t address, unsigned expect_bytes) {
    Mbar& m = mbar_at(address);
    if (!m.pending) fail("mbarrier: more arrivals than its count %u", m.count);
    m.bytes += expect_bytes;
    m.pending--;
    races::release_at(&m);
    mbar_settle(address);
}
void mbar_wait(uint32_t address, unsigned parity) {
    Worker& w = *worker;
    Fiber* f = w.current;
    if (mbar_at(address).phase == parity) {
        f->mbar = address, f->parity = parity, f->waits_in = "an mbarrier";
        w.warps[f->id / 32].ready &= ~(1u << f->lane);
        yield_now();
    }
    races::acquire_at(&mbar_at(address));
}

// ---- bulk tensor copies: land when nothing else can run, or at issue

static uint32_t swizzle128(uint32_t address) { return address ^ (address >> 7 & 7) << 4; }

static uint32_t box_bytes(const TensorMap& m) {
    uint32_t n = m.element_bytes;
    for (unsigned d = 0; d < m.rank; d++) n *= m.box[d];
    return n;
}

static void land_bulk(const BulkCopy& c, bool poisoned) {
    const TensorMap& m = c.map;
    uint32_t total = box_bytes(m) / m.element_bytes;
    for (uint32_t i = 0; i < total; i++) {
        uint32_t at = c.to + i * m.element_bytes, rest = i;
        if (m.swizzle_bytes) at = swizzle128(at);
        bool inside = true;
        auto from = m.base;
        for (unsigned d = 0; d < m.rank; d++) {
            int64_t g = int64_t(c.at[d]) + rest % m.box[d];
            rest /= m.box[d];
            inside &= g >= 0 && g < int64_t(m.dim[d]);
            from += g * int64_t(d ? m.stride[d - 1] : m.element_bytes);
        }
        auto to = worker->block_view.smem + at;
        for (uint32_t e = 0; e < m.element_bytes; e++) to[e] = poisoned ? 0xFF : inside ? from[e] : 0;
    }
    if (poisoned) return;
    races::bulk_lands(worker->block_view.smem + c.to, box_bytes(m), &mbar_at(c.mbar));
    mbar_at(c.mbar).bytes -= box_bytes(m);
    mbar_settle(c.mbar);
}
void land_one_bulk_copy() {
    Worker& w = *worker;
    unsigned i = w.bulk_first;
    w.bulk_first = (i + 1) % kMaxBulk, w.bulk_count--;
    land_bulk(w.bulk[i], false);
}
void bulk_load(uint32_t to, const TensorMap* map, const int* at, uint32_t mbar) {
    check_shared(worker->block_view.smem + to, box_bytes(*map), "cp.async.bulk.tensor");
    if (to & 127) fail("cp.async.bulk.tensor: destination not 128-byte aligned");
    if (map->swizzle_bytes && map->box[0] * map->element_bytes != 128)
        fail("cp.async.bulk.tensor: the emulation wants 128-byte rows with swizzle");
    BulkCopy c{to, mbar, *map, {}};
    for (unsigned d = 0; d < map->rank; d++) c.at[d] = at[d];
    races::bulk_begins(worker->block_view.smem + to, box_bytes(*map));
    if (!options.lazy_copies) return land_bulk(c, false);
    Worker& w = *worker;
    if (w.bulk_count == kMaxBulk) land_one_bulk_copy();
    land_bulk(c, true);
    w.bulk[(w.bulk_first + w.bulk_count++) % kMaxBulk] = c;
}

// ---- wgmma: done at the wait (or at issue), by the warpgroup's last thread

static float shared_bf16(uint64_t d, int row, int k) {        // K-major operand, 128-byte swizzle
    if (d >> 62 != 1) fail("wgmma: only the 128-byte swizzle is emulated");
    uint32_t start = (d & 0x3fff) << 4, stride = (d >> 32 & 0x3fff) << 4;
    uint32_t at = swizzle128(start + row / 8 * stride + row % 8 * 128 + k * 2);
    uint16_t h;
    check_shared(worker->block_view.smem + at, 2, "wgmma");
    memcpy(&h, worker->block_view.smem + at, 2);
    return bf16_to_float(h);
}
// Tells the race detector of the rows of both operands that this thread's warp reads.
static void touch(const Wgmma& op) {
#ifdef EMU_TSAN
    auto rows = [](uint64_t d, int count) {
        uint32_t start = ((d & 0x3fff) << 4) & ~127u, stride = (d >> 32 & 0x3fff) << 4;
        for (int r = 0; r < count; r += 8) races::read(worker->block_view.smem + start + r / 8 * stride, 1024);
    };
    if (worker->current->lane == 0) rows(op.a, 64), rows(op.b, op.n);
#else
    (void)op;
#endif
}
static void perform_wgmma(unsigned first_thread, size_t index) {
    Fiber* f = worker->fibers + first_thread;
    const Wgmma op = f[0].wgmmas[index];
    static thread_local float a[64][16], b[256][16];
    for (int i = 0; i < 64; i++)
        for (int k = 0; k < 16; k++) a[i][k] = shared_bf16(op.a, i, k);
    for (int j = 0; j < op.n; j++)
        for (int k = 0; k < 16; k++) b[j][k] = shared_bf16(op.b, j, k);
    for (int t = 0; t < 128; t++) {
        const Wgmma& o = f[t].wgmmas[index];
        if (o.a != op.a || o.b != op.b || o.n != op.n) fail("wgmma: descriptors differ within the warpgroup");
        int l = t & 31, top = t / 32 * 16 + (l >> 2), left = (l & 3) * 2;
        for (int r = 0; r < op.n / 2; r++) {
            int row = top + (r >> 1 & 1) * 8, col = r / 4 * 8 + left + (r & 1);
            float s = 0;
            for (int k = 0; k < 16; k++) s += a[row][k] * b[col][k];
            o.d[r] = (o.accumulate ? o.d[r] : 0.0f) + s;
        }
    }
    worker->count.mma++;
}
static void warpgroup_up_to(size_t end_of_this_thread) {
    Worker& w = *worker;
    Fiber* f = w.current;
    unsigned wg = f->id / 128;
    NamedBarrier& b = w.bars[kMaxBarriers + wg];
    if (b.arrived == 127)
        for (size_t i = 0; i < end_of_this_thread; i++) perform_wgmma(wg * 128, i);
    for (size_t i = 0; i < end_of_this_thread; i++) touch(f->wgmmas[i]);
    barrier(kMaxBarriers + wg, 128);
    f->wgmmas.erase(f->wgmmas.begin(), f->wgmmas.begin() + end_of_this_thread);
}
void wgmma_bf16(float* d, uint64_t a, uint64_t b, int n, bool accumulate) {
    Fiber* f = worker->current;
    f->wgmmas.push_back({d, a, b, n, accumulate});
    touch(f->wgmmas.back());
    if (!options.lazy_copies) warpgroup_up_to(f->wgmmas.size());
}
void wgmma_commit() {
    Fiber* f = worker->current;
    f->wgmma_groups.push_back(f->wgmmas.size());
}
void wgmma_wait(unsigned groups_left) {
    Fiber* f = worker->current;
    auto& g = f->wgmma_groups;
    size_t done = g.size() > groups_left ? g.size() - groups_left : 0, end = done ? g[done - 1] : 0;
    g.erase(g.begin(), g.begin() + done);
    for (auto& x : g) x -= std::min(x, end);
    if (options.lazy_copies) warpgroup_up_to(end);
}

}  // namespace emu
