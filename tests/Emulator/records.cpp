// Writes what the driver executes into the file that EMU_RECORD names.
#include "driver.h"
#include <cstdio>
#include <cstdlib>
#include <map>

namespace emu {

static FILE* file() {
    static FILE* f = [] {
        auto name = getenv("EMU_RECORD");
        return name && *name ? fopen(name, "wb") : nullptr;
    }();
    return f;
}

static void put(const void* p, size_t n) { fwrite(p, 1, n, file()); }
static void put(uint64_t n) { put(&n, 8); }
static void put(char kind, uint64_t a, uint64_t b) {
    put(&kind, 1);
    put(a), put(b);
}
static void put(const std::string& text) {
    put(text.size());
    put(text.data(), text.size());
}

void record_memory(char what, uint64_t address, uint64_t bytes) {
    if (file()) put(what, address, bytes);
}

static uint64_t number_of(Module* m) {
    static std::map<Module*, uint64_t> numbers;
    auto known = numbers.find(m);
    if (known != numbers.end()) return known->second;
    uint64_t number = numbers.size();
    numbers[m] = number;
    put('M', number, 0);
    put(m->source);
    return number;
}

static bool is_host(uint64_t address) { return !is_device(address, 1); }

void record(const Operation& op) {
    if (!file()) return;
    if (op.kind == Operation::kLaunch) {
        uint64_t module = number_of(op.function->module);
        put('L', module, op.shared);
        for (auto n : {op.grid.x, op.grid.y, op.grid.z, op.block.x, op.block.y, op.block.z}) put(n);
        put(op.function->kernel->name);
        put(std::string((const char*)op.params.data(), op.params.size()));
    } else if (op.kind == Operation::kSet) {
        put('S', op.to, op.bytes);
        put(op.value), put(op.width);
    } else if (op.kind == Operation::kCopy && (op.staged || is_host(op.from))) {
        put('W', op.to, op.bytes);
        put(op.staged ? (const void*)op.staged->data() : (const void*)op.from, op.bytes);
    } else if (op.kind == Operation::kCopy && !is_host(op.to)) {
        put('C', op.to, op.bytes);
        put(op.from);
    }
}

void record_result(const Operation& op) {
    if (!file()) return;
    if (op.work && op.bytes) {
        put('W', op.to, op.bytes);
        put((const void*)op.to, op.bytes);
    } else if (op.kind == Operation::kCopy && !op.staged && !is_host(op.from) && is_host(op.to)) {
        put('R', op.from, op.bytes);
        put((const void*)op.from, op.bytes);
    }
    fflush(file());
}

}  // namespace emu
