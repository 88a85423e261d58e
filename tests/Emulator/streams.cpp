// Streams that put work off until somebody waits for it, so that a missing wait is seen; events, and graphs as lists.
#include "driver.h"
#include <cstdio>
#include <ctime>
#include <set>

namespace emu {

std::string last_report;
static Stream default_stream;
static std::set<Stream*> streams = {&default_stream};

Stream* stream_of(void* handle) { return handle ? (Stream*)handle : &default_stream; }

static thread_local unsigned capture_mode = 0;       // of the thread: 0 global, 1 thread-local, 2 relaxed

bool is_capturing() {
    for (auto s : streams)
        if (s->capture) { s->invalidated = true; return true; }
    return false;
}

static double now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static std::string perform(const Operation& op) {
    switch (op.kind) {
    case Operation::kLaunch: {
        auto& k = *op.function->kernel;
        return launch(k, op.grid, op.block, op.shared, op.params.data());
    }
    case Operation::kCopy:
        memmove((void*)op.to, op.staged ? (const void*)op.staged->data() : (const void*)op.from, op.bytes);
        break;
    case Operation::kSet:
        for (uint64_t i = 0; i < op.bytes; i++)
            if (op.width == 4) ((uint32_t*)op.to)[i] = op.value;
            else ((unsigned char*)op.to)[i] = (unsigned char)op.value;
        break;
    case Operation::kRecord:
        op.event->time = now();
        op.event->stream = nullptr;
        break;
    case Operation::kWait:
        if (op.event->stream && drain(op.event->stream)) return last_report;
        break;
    case Operation::kHost: op.host(op.user); break;
    }
    return op.work ? op.work() : "";
}

std::string execute(const Operation& op) {
    record(op);
    std::string report = perform(op);
    record_result(op);
    return report;
}

/// Whether memory may not be taken or given back: while capturing, unless the thread has said that it knows.
bool capture_forbids() { return capture_mode != 2 && is_capturing(); }

int enqueue(void* handle, Operation op) {
    Stream* s = stream_of(handle);
    if (s->capture) {
        s->capture->nodes.push_back(std::move(op));
        return kSuccess;
    }
    if (!handle) {                                   // the default stream waits for all others
        int status = drain_all();
        if (status) return status;
    }
    if (op.kind == Operation::kRecord) op.event->stream = s;
    s->queue.push_back(std::move(op));
    return kSuccess;
}

int drain(Stream* s) {
    while (!s->queue.empty()) {
        Operation op = std::move(s->queue.front());
        s->queue.pop_front();
        std::string report = execute(op);
        if (report.empty()) continue;
        last_report = report;
        for (auto other : streams) other->queue.clear();
        return report.find("illegal address") != std::string::npos ? kIllegalAddress : kLaunchFailed;
    }
    return kSuccess;
}

int drain_all() {
    for (auto s : streams)
        if (int status = drain(s)) return status;
    return kSuccess;
}

static int copy(uint64_t to, uint64_t from, size_t bytes, void* stream, bool host_source, bool host_target) {
    if (!host_source && !is_device(from, bytes)) return kInvalidValue;
    if (!host_target && !is_device(to, bytes)) return kInvalidValue;
    if (!bytes) return kSuccess;
    Operation op{Operation::kCopy};
    op.to = to, op.from = from, op.bytes = bytes;
    if (host_source && !is_pinned((void*)from) && !stream_of(stream)->capture)
        op.staged = std::make_shared<std::vector<unsigned char>>((unsigned char*)from, (unsigned char*)from + bytes);
    int status = enqueue(stream, std::move(op));
    // A copy to memory that is not pinned returns when it is done.
    return status || !host_target || is_pinned((void*)to) || stream_of(stream)->capture ? status : drain(stream_of(stream));
}

}  // namespace emu

using namespace emu;
using Hold = std::lock_guard<std::recursive_mutex>;

EXPORT int cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t bytes, void* stream) {
    Hold hold(driver_lock);
    return copy(to, (uint64_t)from, bytes, stream, true, false);
}
EXPORT int cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t bytes, void* stream) {
    Hold hold(driver_lock);
    return copy((uint64_t)to, from, bytes, stream, false, true);
}
EXPORT int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void* stream) {
    Hold hold(driver_lock);
    return copy(to, from, bytes, stream, false, false);
}
static int set(uint64_t to, unsigned value, size_t count, unsigned width, void* stream) {
    Hold hold(driver_lock);
    if (!is_device(to, count * width)) return kInvalidValue;
    Operation op{Operation::kSet};
    op.to = to, op.value = value, op.bytes = count, op.width = width;
    return enqueue(stream, std::move(op));
}
EXPORT int cuMemsetD8Async(uint64_t to, unsigned char value, size_t n, void* stream) { return set(to, value, n, 1, stream); }
EXPORT int cuMemsetD32Async(uint64_t to, unsigned value, size_t n, void* stream) { return set(to, value, n, 4, stream); }

EXPORT int cuStreamCreate(void** stream, unsigned) {
    Hold hold(driver_lock);
    auto s = new Stream();
    streams.insert(s);
    *stream = s;
    return kSuccess;
}
EXPORT int cuStreamDestroy_v2(void* stream) {
    Hold hold(driver_lock);
    int status = drain((Stream*)stream);
    streams.erase((Stream*)stream);
    delete (Stream*)stream;
    return status;
}
EXPORT int cuStreamSynchronize(void* stream) {
    Hold hold(driver_lock);
    return is_capturing() ? kCaptureUnsupported : drain(stream_of(stream));
}
EXPORT int cuStreamQuery(void* stream) {
    Hold hold(driver_lock);
    return is_capturing() ? kCaptureUnsupported : drain(stream_of(stream));
}
EXPORT int cuCtxSynchronize() {
    Hold hold(driver_lock);
    return is_capturing() ? kCaptureUnsupported : drain_all();
}
EXPORT int cuStreamWaitEvent(void* stream, void* event, unsigned) {
    Hold hold(driver_lock);
    Operation op{Operation::kWait};
    op.event = (Event*)event;
    return enqueue(stream, std::move(op));
}
EXPORT int cuLaunchHostFunc(void* stream, void (*fn)(void*), void* user) {
    Hold hold(driver_lock);
    Operation op{Operation::kHost};
    op.host = fn, op.user = user;
    return enqueue(stream, std::move(op));
}

EXPORT int cuEventCreate(void** event, unsigned) { *event = new Event(); return kSuccess; }
EXPORT int cuEventDestroy_v2(void* event) {
    Hold hold(driver_lock);
    auto e = (Event*)event;
    int status = e->stream ? drain(e->stream) : kSuccess;
    delete e;
    return status;
}
EXPORT int cuEventRecord(void* event, void* stream) {
    Hold hold(driver_lock);
    Operation op{Operation::kRecord};
    op.event = (Event*)event;
    return enqueue(stream, std::move(op));
}
EXPORT int cuEventSynchronize(void* event) {
    Hold hold(driver_lock);
    auto e = (Event*)event;
    return e->stream ? drain(e->stream) : kSuccess;
}
EXPORT int cuEventQuery(void* event) {
    Hold hold(driver_lock);
    auto e = (Event*)event;
    if (!e->stream) return kSuccess;
    int status = drain(e->stream);
    return status ? status : kSuccess;
}
EXPORT int cuEventElapsedTime(float* milliseconds, void* start, void* end) {
    Hold hold(driver_lock);
    auto a = (Event*)start, b = (Event*)end;
    if (a->stream || b->stream) return kNotReady;
    *milliseconds = float((b->time - a->time) * 1e3);
    return kSuccess;
}

EXPORT int cuStreamBeginCapture_v2(void* stream, unsigned) {
    Hold hold(driver_lock);
    auto s = stream_of(stream);
    if (!stream || s->capture) return kCaptureUnsupported;
    s->capture = std::make_unique<Graph>();
    s->invalidated = false;
    return kSuccess;
}
EXPORT int cuStreamEndCapture(void* stream, void** graph) {
    Hold hold(driver_lock);
    auto s = stream_of(stream);
    if (!s->capture) return kNotCapturing;
    *graph = s->invalidated ? nullptr : s->capture.release();
    s->capture.reset();
    return s->invalidated ? kCaptureInvalidated : kSuccess;
}
EXPORT int cuStreamIsCapturing(void* stream, unsigned* status) {
    Hold hold(driver_lock);
    auto s = stream_of(stream);
    *status = !s->capture ? 0 : s->invalidated ? 2 : 1;
    return kSuccess;
}
EXPORT int cuThreadExchangeStreamCaptureMode(unsigned* mode) {
    if (*mode > 2) return kInvalidValue;
    std::swap(*mode, capture_mode);
    return kSuccess;
}
EXPORT int cuGraphInstantiateWithFlags(void** exec, void* graph, unsigned long long) {
    *exec = new Graph(*(Graph*)graph);
    return kSuccess;
}
EXPORT int cuGraphLaunch(void* exec, void* stream) {
    Hold hold(driver_lock);
    for (auto& op : ((Graph*)exec)->nodes)
        if (int status = enqueue(stream, op)) return status;
    return kSuccess;
}
EXPORT int cuGraphGetNodes(void* graph, void** nodes, size_t* count) {
    auto& list = ((Graph*)graph)->nodes;
    for (size_t i = 0; nodes && i < *count && i < list.size(); i++) nodes[i] = &list[i];
    *count = list.size();
    return kSuccess;
}
EXPORT int cuGraphExecDestroy(void* exec) {
    Hold hold(driver_lock);
    int status = drain_all();
    delete (Graph*)exec;
    return status;
}
EXPORT int cuGraphDestroy(void* graph) { delete (Graph*)graph; return kSuccess; }
