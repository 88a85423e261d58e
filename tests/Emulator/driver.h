// What the files of the emulated driver share: status numbers, memory, streams, and operations in a queue or a graph.
#pragma once
#include "runtime.h"
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#define EXPORT extern "C" __attribute__((visibility("default")))

enum Status {
    kSuccess = 0, kInvalidValue = 1, kOutOfMemory = 2, kNoDevice = 100, kInvalidDevice = 101, kInvalidImage = 200,
    kNoBinaryForGpu = 209, kInvalidPtx = 218, kInvalidHandle = 400, kNotFound = 500, kNotReady = 600,
    kIllegalAddress = 700, kOutOfResources = 701, kLaunchFailed = 719, kCaptureUnsupported = 900,
    kCaptureInvalidated = 901, kNotCapturing = 903,
};

namespace emu {

extern std::recursive_mutex driver_lock;

// ---- memory: every allocation ends at a page that must not be touched
int allocate(uint64_t bytes, uint64_t* address);
int release(uint64_t address);
void memory_info(uint64_t* free, uint64_t* total);
/// Whether the bytes lie inside one live allocation of the device.
bool is_device(uint64_t address, uint64_t bytes);
bool is_pinned(const void* p);
std::string describe(const void* p);

// ---- modules
struct Module {
    void* handle = nullptr;
    std::vector<Kernel> kernels;
    std::string source;                              // the flattened text, for replays under a sanitizer
};
struct Function {
    Module* module;
    Kernel* kernel;
    int max_shared = 48 << 10;
};

// ---- operations
struct Event;
struct Operation {
    enum Kind { kLaunch, kCopy, kSet, kRecord, kWait, kHost } kind;
    Function* function = nullptr;
    emu_uint3 grid{}, block{};
    unsigned shared = 0;
    std::vector<unsigned char> params;               // as the kernel's parameter buffer
    uint64_t to = 0, from = 0, bytes = 0;
    std::shared_ptr<std::vector<unsigned char>> staged;   // pageable sources are read at the call
    unsigned value = 0, width = 1;
    Event* event = nullptr;
    void (*host)(void*) = nullptr;
    void* user = nullptr;
    std::function<std::string()> work;               // library calls; they write the bytes at `to`
};
struct Graph { std::vector<Operation> nodes; };
struct Stream {
    std::deque<Operation> queue;
    std::unique_ptr<Graph> capture;
    bool invalidated = false;
};
struct Event {
    Stream* stream = nullptr;                        // where it waits to be recorded; null when it has been
    double time = 0;
};

Stream* stream_of(void* handle);
/// Puts an operation into the queue of a stream, or into the graph that is being captured from it.
int enqueue(void* stream, Operation op);
/// Runs what is queued on a stream, and what that waits for; the status of the first failure.
int drain(Stream* stream);
int drain_all();
std::string execute(const Operation& op);
/// Whether some stream is being captured: calls that wait for the device are errors then.
bool is_capturing();
/// The same for calls that a thread in relaxed mode may make.
bool capture_forbids();

/// The report behind the latest status, for cuGetErrorString.
extern std::string last_report;

// ---- records: executed operations go to the file that EMU_RECORD names, for replays (replay.cpp says how it is laid out)
void record(const Operation& op);
/// After library calls and downloads: the bytes that now lie there.
void record_result(const Operation& op);
void record_memory(char what, uint64_t address, uint64_t bytes);

}  // namespace emu
