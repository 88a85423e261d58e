// The driver's calls about devices, modules and launches. Kernels are functions of libraries that g++ has built.
#include "driver.h"
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <map>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

using namespace emu;
using Hold = std::lock_guard<std::recursive_mutex>;

static int option(const char* name, int otherwise) {
    auto text = getenv(name);
    return text && *text ? atoi(text) : otherwise;
}

EXPORT int cuInit(unsigned) {
    options.workers = unsigned(option("EMU_WORKERS", int(std::thread::hardware_concurrency())));
    options.order = Order(option("EMU_ORDER", kForward));
    options.seed = unsigned(option("EMU_SEED", 1));
    options.lazy_copies = option("EMU_LAZY", 1) != 0;
    return kSuccess;
}
EXPORT int cuDriverGetVersion(int* version) { *version = 13000; return kSuccess; }
EXPORT int cuDeviceGetCount(int* count) { *count = 1; return kSuccess; }
EXPORT int cuDeviceGet(int* device, int ordinal) { *device = ordinal; return ordinal ? kInvalidDevice : kSuccess; }
EXPORT int cuDeviceGetName(char* name, int length, int) {
    snprintf(name, length, "emulated by g++ on the processor");
    return kSuccess;
}
EXPORT int cuDeviceTotalMem_v2(size_t* bytes, int) {
    uint64_t free, total;
    memory_info(&free, &total);
    *bytes = total;
    return kSuccess;
}
EXPORT int cuDeviceGetAttribute(int* value, int attribute, int) {
    int arch = option("EMU_ARCH", 90);
    static const std::map<int, int> facts = {
        {1, 1024}, {8, 48 << 10}, {10, 32}, {16, 4}, {38, 50 << 20}, {39, 2048}, {81, 228 << 10}, {82, 65536},
        {95, 1}, {97, 227 << 10}, {106, 32}, {115, 1}, {120, 1}, {127, 1},
    };
    auto f = facts.find(attribute);
    *value = attribute == 75 ? arch / 10 : attribute == 76 ? arch % 10 : f == facts.end() ? 0 : f->second;
    return kSuccess;
}
EXPORT int cuDevicePrimaryCtxRetain(void** context, int) { *context = &driver_lock; return kSuccess; }
EXPORT int cuDevicePrimaryCtxRelease_v2(int) { return kSuccess; }
EXPORT int cuCtxSetCurrent(void*) { return kSuccess; }
EXPORT int cuCtxGetCurrent(void** context) { *context = &driver_lock; return kSuccess; }

static const std::map<int, std::pair<const char*, const char*>> names = {
    {kSuccess, {"CUDA_SUCCESS", "no error"}},
    {kInvalidValue, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
    {kOutOfMemory, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
    {kInvalidDevice, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
    {kInvalidImage, {"CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"}},
    {kNotFound, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}},
    {kNotReady, {"CUDA_ERROR_NOT_READY", "device not ready"}},
    {kIllegalAddress, {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}},
    {kOutOfResources, {"CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"}},
    {kLaunchFailed, {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}},
    {kCaptureUnsupported, {"CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"}},
    {kCaptureInvalidated, {"CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"}},
    {kNotCapturing, {"CUDA_ERROR_ILLEGAL_STATE", "the stream is not capturing"}},
};
EXPORT int cuGetErrorName(int status, const char** text) {
    auto n = names.find(status);
    *text = n == names.end() ? "CUDA_ERROR_UNKNOWN" : n->second.first;
    return n == names.end() ? kInvalidValue : kSuccess;
}
EXPORT int cuGetErrorString(int status, const char** text) {
    Hold hold(driver_lock);
    static thread_local std::string whole;
    auto n = names.find(status);
    whole = n == names.end() ? "unknown error" : n->second.second;
    if ((status == kIllegalAddress || status == kLaunchFailed) && !last_report.empty()) whole += ": " + last_report;
    *text = whole.c_str();
    return kSuccess;
}

// ---- modules: the container that the emulated NVRTC writes

EXPORT int cuModuleLoadData(void** out, const void* image) {
    Hold hold(driver_lock);
    if (is_capturing()) return kCaptureUnsupported;
    struct Header { char magic[8]; uint64_t library, source; } header;
    memcpy(&header, image, sizeof header);
    if (memcmp(header.magic, "EMUCUBIN", 8)) return kInvalidImage;
    auto bytes = (const char*)image + sizeof header;
    int file = memfd_create("kernels", 0);
    if (file < 0) return kOutOfMemory;
    auto module = std::make_unique<Module>();
    module->source.assign(bytes + header.library, header.source);
    for (uint64_t done = 0; done < header.library;) {
        ssize_t n = write(file, bytes + done, header.library - done);
        if (n <= 0) { close(file); return kOutOfMemory; }
        done += n;
    }
    loading() = &module->kernels;
    module->handle = dlopen(("/proc/self/fd/" + std::to_string(file)).c_str(), RTLD_NOW | RTLD_LOCAL);
    loading() = nullptr;
    // The descriptor stays open: the loader tells libraries apart by path, and a reused number would be taken for this one.
    if (!module->handle) {
        fprintf(stderr, "emulator: %s\n", dlerror());
        return kInvalidImage;
    }
    *out = module.release();
    return kSuccess;
}
EXPORT int cuModuleUnload(void* module) {
    Hold hold(driver_lock);
    int status = drain_all();
    auto m = (Module*)module;
    dlclose(m->handle);
    delete m;
    return status;
}
EXPORT int cuModuleGetFunction(void** out, void* module, const char* name) {
    Hold hold(driver_lock);
    auto m = (Module*)module;
    for (auto& k : m->kernels)
        if (k.name == name) { *out = new Function{m, &k}; return kSuccess; }
    return kNotFound;
}
EXPORT int cuModuleGetGlobal_v2(uint64_t*, size_t*, void*, const char*) { return kNotFound; }

// ---- functions

EXPORT int cuFuncGetAttribute(int* value, int attribute, void*) {
    *value = attribute == 0 ? 1024 : 0;              // registers and spills are not known here
    return kSuccess;
}
EXPORT int cuFuncSetAttribute(void* function, int attribute, int value) {
    if (attribute == 8) {
        if (value > 227 << 10) return kInvalidValue;
        ((Function*)function)->max_shared = value;
    }
    return kSuccess;
}
EXPORT int cuFuncGetParamInfo(void* function, size_t index, size_t* offset, size_t* size) {
    auto& k = *((Function*)function)->kernel;
    if (index >= k.sizes.size()) return kInvalidValue;
    *offset = k.offsets[index];
    if (size) *size = k.sizes[index];
    return kSuccess;
}
EXPORT int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void*, int threads, size_t shared) {
    int by_threads = 2048 / (threads ? threads : 1), by_shared = shared ? int((228u << 10) / (shared + 1024)) : 32;
    *blocks = by_threads < by_shared ? by_threads : by_shared;
    return kSuccess;
}
EXPORT int cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                          unsigned shared, void* stream, void** params, void** extra) {
    Hold hold(driver_lock);
    auto f = (Function*)function;
    uint64_t threads = uint64_t(bx) * by * bz;
    if (!gx || !gy || !gz || gx > 0x7fffffff || gy > 65535 || gz > 65535 || !threads || threads > 1024 || bz > 64 || extra)
        return kInvalidValue;
    if (shared > unsigned(f->max_shared)) return kInvalidValue;
    if (!f->kernel->sizes.empty() && f->kernel->offsets.back() + f->kernel->sizes.back() > 4096) return kInvalidValue;
    Operation op{Operation::kLaunch};
    op.function = f, op.grid = {gx, gy, gz}, op.block = {bx, by, bz}, op.shared = shared;
    auto& k = *f->kernel;
    op.params.resize(k.sizes.empty() ? 0 : k.offsets.back() + k.sizes.back());
    for (size_t i = 0; i < k.sizes.size(); i++) memcpy(op.params.data() + k.offsets[i], params[i], k.sizes[i]);
    return enqueue(stream, std::move(op));
}
EXPORT int cuLaunchKernelEx(const void* config, void* function, void** params, void** extra) {
    struct Config { unsigned gx, gy, gz, bx, by, bz, shared; void* stream; void* attributes; unsigned count; };
    auto c = (const Config*)config;
    return cuLaunchKernel(function, c->gx, c->gy, c->gz, c->bx, c->by, c->bz, c->shared, c->stream, params, extra);
}

EXPORT int cuTensorMapEncodeTiled(void* out, unsigned type, unsigned rank, void* base, const uint64_t* dim,
                                  const uint64_t* strides, const uint32_t* box, const uint32_t* steps, unsigned interleave,
                                  unsigned swizzle, unsigned promotion, unsigned fill) {
    static const unsigned sizes[] = {1, 2, 4, 4, 8, 8, 2, 4, 8, 2, 4, 4, 4};
    if (rank < 1 || rank > 4 || type > 12 || interleave || fill || (uintptr_t(base) & 15) || (swizzle && swizzle != 3)) return kInvalidValue;
    TensorMap map{};
    map.base = (const unsigned char*)base;
    map.rank = rank, map.element_bytes = sizes[type], map.swizzle_bytes = swizzle ? 128 : 0, map.promotion = promotion;
    for (unsigned d = 0; d < rank; d++) {
        if (!dim[d] || !box[d] || box[d] > 256 || steps[d] != 1) return kInvalidValue;
        map.dim[d] = dim[d], map.box[d] = box[d];
        if (d && ((map.stride[d - 1] = strides[d - 1]) & 15)) return kInvalidValue;
    }
    memset(out, 0, 128);
    memcpy(out, &map, sizeof map);
    return kSuccess;
}

/// For tests: what the emulator has counted since the process began.
EXPORT void emu_counters(uint64_t* out) { memcpy(out, &counters, sizeof counters); }

/// For tests: the order in which ready threads run, and when asynchronous copies land.
EXPORT void emu_options(int order, unsigned seed, int lazy_copies) {
    options.order = Order(order), options.seed = seed, options.lazy_copies = lazy_copies != 0;
}
