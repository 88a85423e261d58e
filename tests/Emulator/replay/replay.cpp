// Runs a record of the emulated driver again under ThreadSanitizer: replay RECORD. Built by replay.sh, which is no part of the driver.
// A record is a row of entries, each a letter and two numbers of 8 bytes, then what the letter asks for:
//   A address bytes         memory was allocated         F address 0       and freed
//   M number 0, text        a module's text              W address bytes   bytes written by the host or a library
//   L module shared, grid, block, name, parameters       S address count   a fill: value, width
//   C to bytes, from        a copy on the device         R address bytes   bytes that the host read: they must be the same again
// Ends with a line of counts; the status is 1 if there was a race or anything else went wrong, 2 for a record that cannot be run.
#include "compile.h"
#include "driver.h"
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <map>
#include <set>
#include <thread>
#include <unistd.h>

using namespace emu;

// The driver's own streams are not here.
namespace emu {
std::string last_report;
int drain_all() { return 0; }
bool is_capturing() { return false; }
bool capture_forbids() { return false; }
void record_memory(char, uint64_t, uint64_t) {}
}

static unsigned races_found;
extern "C" int __tsan_on_finalize(int) { return 0; }
extern "C" void __tsan_on_report(void*) { races_found++; }

namespace {

struct Reader {
    std::string bytes;
    size_t at = 0;
    bool ended() const { return at >= bytes.size(); }
    const char* take(size_t n) {
        if (n > bytes.size() - at) { fprintf(stderr, "replay: the record is cut off\n"); _exit(2); }
        at += n;
        return bytes.data() + at - n;
    }
    uint64_t number() {
        uint64_t n;
        memcpy(&n, take(8), 8);
        return n;
    }
    std::string text() {
        uint64_t n = number();
        return std::string(take(n), n);
    }
};

struct Entry {
    char kind;
    uint64_t a, b, numbers[6] = {};
    std::string text, params;
    const char* data = nullptr;
};

Entry next(Reader& r) {
    Entry e{*r.take(1), r.number(), r.number(), {}, {}, {}};
    switch (e.kind) {
    case 'A': case 'F': break;
    case 'M': e.text = r.text(); break;
    case 'W': case 'R': e.data = r.take(e.b); break;
    case 'C': e.numbers[0] = r.number(); break;
    case 'S': e.numbers[0] = r.number(), e.numbers[1] = r.number(); break;
    case 'L':
        for (auto& n : e.numbers) n = r.number();
        e.text = r.text(), e.params = r.text();
        break;
    default: fprintf(stderr, "replay: no entry begins with %d\n", e.kind); _exit(2);
    }
    return e;
}

std::string library_of(const std::string& text) {
    uint64_t hash = 14695981039346656037u;
    for (unsigned char c : text) hash = (hash ^ c) * 1099511628211u;
    char name[32];
    snprintf(name, sizeof name, "/%016llx.so", (unsigned long long)hash);
    return EMU_OUT + std::string(name);
}

// Compiles the texts that are not there from an earlier replay, on all processors.
bool build(const std::map<uint64_t, std::string>& texts) {
    std::vector<std::string> todo;
    for (auto& t : texts)
        if (access(library_of(t.second).c_str(), R_OK)) todo.push_back(t.second);
    std::atomic<size_t> turn{0};
    std::atomic<bool> ok{true};
    std::vector<std::thread> crew;
    for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); i++)
        crew.emplace_back([&] {
            for (size_t k; (k = turn++) < todo.size();) {
                std::string built, log, to = library_of(todo[k]), partial = to + "." + std::to_string(getpid());
                if (compile(todo[k], {"-fsanitize=thread", "-g1"}, built, log) && write_file(partial, built) && !rename(partial.c_str(), to.c_str()))
                    continue;
                fprintf(stderr, "replay: %s\n", log.c_str());
                ok = false;
            }
        });
    for (auto& c : crew) c.join();
    return ok;
}

bool load(Module& m, const std::string& text) {
    loading() = &m.kernels;
    m.handle = dlopen(library_of(text).c_str(), RTLD_NOW | RTLD_LOCAL);
    loading() = nullptr;
    if (!m.handle) fprintf(stderr, "replay: %s\n", dlerror());
    return m.handle;
}

bool run(const Kernel& k, const Entry& e) {
    auto n = [&](int i) { return unsigned(e.numbers[i]); };
    unsigned before = races_found;
    std::string report = launch(k, {n(0), n(1), n(2)}, {n(3), n(4), n(5)}, unsigned(e.b), (const unsigned char*)e.params.data());
    if (races_found != before) fprintf(stderr, "replay: %u reports in kernel %s\n", races_found - before, k.name.c_str());
    if (!report.empty()) fprintf(stderr, "replay: %s\n", report.c_str());
    return report.empty();
}

}  // namespace

int main(int count, char** args) {
    Reader r;
    if (count != 2 || !read_file(args[1], r.bytes)) { fprintf(stderr, "usage: replay RECORD\n"); return 2; }
    std::map<uint64_t, std::string> texts;
    std::map<uint64_t, Module> modules;
    while (!r.ended())
        if (auto e = next(r); e.kind == 'M') texts[e.a] = e.text;
    if (!build(texts)) return 2;
    fprintf(stderr, "replay: %zu modules\n", texts.size());
    r.at = 0;
    unsigned launches = 0, wrong = 0;
    std::set<std::string> entries;
    while (!r.ended()) {
        auto e = next(r);
        switch (e.kind) {
        case 'A': {
            uint64_t address = 0;
            if (allocate(e.b, &address) || address != e.a) { fprintf(stderr, "replay: memory lies elsewhere\n"); return 2; }
            break;
        }
        case 'F': release(e.a); break;
        case 'M': if (!load(modules[e.a], e.text)) return 2; break;
        case 'W': memcpy((void*)e.a, e.data, e.b); break;
        case 'C': memmove((void*)e.a, (void*)e.numbers[0], e.b); break;
        case 'S':
            for (uint64_t i = 0; i < e.b; i++)
                if (e.numbers[1] == 4) ((uint32_t*)e.a)[i] = uint32_t(e.numbers[0]);
                else ((unsigned char*)e.a)[i] = (unsigned char)e.numbers[0];
            break;
        case 'R':
            if (!memcmp((void*)e.a, e.data, e.b)) break;
            fprintf(stderr, "replay: %llu bytes at %llx are not what was recorded\n", (unsigned long long)e.b, (unsigned long long)e.a);
            wrong++;
            break;
        default: {
            auto& kernels = modules[e.a].kernels;
            auto k = std::find_if(kernels.begin(), kernels.end(), [&](const Kernel& x) { return x.name == e.text; });
            if (k == kernels.end()) { fprintf(stderr, "replay: no kernel %s\n", e.text.c_str()); return 2; }
            wrong += !run(*k, e), launches++, entries.insert(e.text);
        }
        }
    }
    printf("%u launches of %zu modules: %u races, %u other faults\n", launches, texts.size(), races_found, wrong);
    fflush(stdout);
    _exit(races_found || wrong);                     // not exit: the runtime's workers still hold their fibers
}
