// Device memory in one reserved range: each allocation ends at a page that faults, freed ones fault altogether.
#include "driver.h"
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sys/mman.h>

namespace emu {

std::recursive_mutex driver_lock;

// A fixed place, so that a recorded run can be replayed with the same pointers; low, where ThreadSanitizer allows it.
constexpr uint64_t kBase = 0x2000000000, kRange = 0x1000000000, kPage = 4096, kAlignment = 16;

struct Block { uint64_t start, pages_end, bytes; };     // start: what the caller has
static std::map<uint64_t, Block> live;                  // by the first page
static std::map<uint64_t, uint64_t> holes;              // freed page ranges: first page, end
static std::map<const char*, size_t> pinned;
static uint64_t top = kBase, used;

static uint64_t capacity() {
    static uint64_t bytes = [] {
        auto text = getenv("EMU_MEMORY");
        return text ? strtoull(text, nullptr, 10) : uint64_t(8) << 30;
    }();
    return bytes;
}

static bool reserve() {
    static bool done = [] {
        void* p = mmap((void*)kBase, kRange, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
        if (p != (void*)kBase) fprintf(stderr, "emulator: the address range of device memory is taken\n");
        describe_address = describe;
        return p == (void*)kBase;
    }();
    return done;
}

// The oldest hole that fits, so that freed addresses stay invalid for long; else new addresses.
static uint64_t take_pages(uint64_t length) {
    for (auto h = holes.begin(); top > kBase + kRange / 2 && h != holes.end(); ++h) {
        if (h->second - h->first < length) continue;
        uint64_t at = h->first, end = h->second;
        holes.erase(h);
        if (end - at > length) holes[at + length] = end;
        return at;
    }
    if (top + length > kBase + kRange) return 0;
    uint64_t at = top;
    top += length;
    return at;
}

int allocate(uint64_t bytes, uint64_t* address) {
    if (!bytes) return kInvalidValue;
    if (!reserve() || used + bytes > capacity()) return kOutOfMemory;
    uint64_t pages = (bytes + kPage - 1) / kPage * kPage, at = take_pages(pages + kPage);
    if (!at || mprotect((void*)at, pages, PROT_READ | PROT_WRITE)) return kOutOfMemory;
    memset((void*)at, 0xFF, pages);                                   // NaN in every float format
    uint64_t start = at + pages - (bytes + kAlignment - 1) / kAlignment * kAlignment;
    live[at] = {start, at + pages, bytes};
    used += bytes;
    *address = start;
    record_memory('A', start, bytes);
    return kSuccess;
}

int release(uint64_t address) {
    if (!address) return kSuccess;
    auto b = live.upper_bound(address);
    if (b == live.begin() || (--b)->second.start != address) return kInvalidValue;
    record_memory('F', address, 0);
    uint64_t at = b->first, end = b->second.pages_end;
    std::string damage;
    for (auto p = (unsigned char*)at; p < (unsigned char*)end && damage.empty(); p++) {
        if (p == (unsigned char*)address) p += b->second.bytes;
        if (p < (unsigned char*)end && *p != 0xFF)
            damage = "illegal address: written before it was freed, " + describe(p);
    }
    used -= b->second.bytes;
    live.erase(b);
    madvise((void*)at, end - at, MADV_DONTNEED);
    mprotect((void*)at, end - at, PROT_NONE);
    holes[at] = end + kPage;
    if (!damage.empty()) last_report = damage;
    return damage.empty() ? kSuccess : kIllegalAddress;
}

void memory_info(uint64_t* free, uint64_t* total) {
    *total = capacity();
    *free = capacity() - used;
}

bool is_device(uint64_t address, uint64_t bytes) {
    auto b = live.upper_bound(address);
    if (b == live.begin()) return false;
    --b;
    return address >= b->second.start && address + bytes <= b->second.start + b->second.bytes;
}

std::string describe(const void* p) {
    uint64_t a = (uint64_t)p;
    char text[160];
    if (a < kBase || a >= kBase + kRange) {
        snprintf(text, sizeof text, "not an address of the device's memory");
        return text;
    }
    auto b = live.upper_bound(a);
    if (b == live.begin()) return "below the first allocation";
    --b;
    auto& block = b->second;
    if (a < block.pages_end + kPage)
        snprintf(text, sizeof text, "%lld bytes past the start of an allocation of %llu bytes",
                 (long long)(a - block.start), (unsigned long long)block.bytes);
    else
        snprintf(text, sizeof text, "memory that has been freed, or never was allocated");
    return text;
}

bool is_pinned(const void* p) {
    auto b = pinned.upper_bound((const char*)p);
    return b != pinned.begin() && (--b, (const char*)p < b->first + b->second);
}

}  // namespace emu

using namespace emu;
using Hold = std::lock_guard<std::recursive_mutex>;

EXPORT int cuMemGetInfo_v2(size_t* free, size_t* total) {
    Hold hold(driver_lock);
    memory_info((uint64_t*)free, (uint64_t*)total);
    return kSuccess;
}
EXPORT int cuMemAlloc_v2(uint64_t* address, size_t bytes) {
    Hold hold(driver_lock);
    return capture_forbids() ? kCaptureUnsupported : allocate(bytes, address);
}
EXPORT int cuMemFree_v2(uint64_t address) {
    Hold hold(driver_lock);
    if (capture_forbids()) return kCaptureUnsupported;
    int status = drain_all();                                         // freeing waits for the device
    return status ? status : release(address);
}
EXPORT int cuMemHostAlloc(void** p, size_t bytes, unsigned) {
    Hold hold(driver_lock);
    if (is_capturing()) return kCaptureUnsupported;
    *p = aligned_alloc(kPage, (bytes + kPage - 1) / kPage * kPage);
    if (!*p) return kOutOfMemory;
    pinned[(char*)*p] = bytes;
    return kSuccess;
}
EXPORT int cuMemFreeHost(void* p) {
    Hold hold(driver_lock);
    int status = drain_all();
    if (status) return status;
    if (!pinned.erase((char*)p)) return kInvalidValue;
    free(p);
    return kSuccess;
}

/// For tests: how many allocations are live, and their bytes.
EXPORT void emu_allocations(uint64_t* out) {
    Hold hold(driver_lock);
    out[0] = live.size(), out[1] = used;
}
