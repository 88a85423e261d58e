// cuBLASLt's matrix product as loops over column-major views, with the epilogues that the engine uses.
#include "driver.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

using namespace emu;
using Hold = std::lock_guard<std::recursive_mutex>;

namespace {

enum Type { kF32 = 0, kF16 = 2, kBf16 = 14 };

struct Descriptor { int compute, scale; std::map<int, uint64_t> values; };
struct Layout { int type; uint64_t rows, cols; int64_t ld; int order = 0, batch = 1; int64_t stride = 0; };

unsigned size_of(int type) { return type == kF32 ? 4 : 2; }

float read(const void* p, int type, int64_t i) {
    if (type == kF32) return ((const float*)p)[i];
    uint16_t h = ((const uint16_t*)p)[i];
    if (type == kF16) { _Float16 x; memcpy(&x, &h, 2); return float(x); }
    uint32_t u = uint32_t(h) << 16;
    float f;
    memcpy(&f, &u, 4);
    return f;
}

void write(void* p, int type, int64_t i, float f) {
    if (type == kF32) { ((float*)p)[i] = f; return; }
    uint16_t h;
    if (type == kF16) { _Float16 x = _Float16(f); memcpy(&h, &x, 2); }
    else {
        uint32_t u;
        memcpy(&u, &f, 4);
        h = (u & 0x7fffffff) > 0x7f800000 ? 0x7fff : uint16_t((u + 0x7fff + (u >> 16 & 1)) >> 16);
    }
    ((uint16_t*)p)[i] = h;
}

float to_tf32(float f) {                             // round to nearest, ties away, as cvt.rna does
    uint32_t u;
    memcpy(&u, &f, 4);
    u = (u + 0x1000) & 0xffffe000u;
    memcpy(&f, &u, 4);
    return f;
}

float gelu_tanh(float x) { return 0.5f * x * (1 + std::tanh(0.7978845608f * (x + 0.044715f * x * x * x))); }

int64_t at(const Layout& l, int64_t row, int64_t col) { return l.order ? row * l.ld + col : col * l.ld + row; }

/// The product as one piece of work: everything is copied, for it runs later.
struct Product {
    int op_a, op_b, epilogue, compute, bias_type, aux_type;
    int64_t aux_ld;
    uint64_t bias, aux, a, b, c, d;
    float alpha, beta;
    Layout la, lb, lc, ld;

    std::string run() const {
        int64_t m = ld.rows, n = ld.cols, k = op_a ? la.rows : la.cols;
        std::vector<float> left(m * k), right(k * n), sum(n);
        for (int batch = 0; batch < ld.batch; batch++) {
            auto pa = (const char*)a + batch * la.stride * size_of(la.type);
            auto pb = (const char*)b + batch * lb.stride * size_of(lb.type);
            for (int64_t i = 0; i < m; i++)
                for (int64_t x = 0; x < k; x++) left[i * k + x] = read(pa, la.type, op_a ? at(la, x, i) : at(la, i, x));
            for (int64_t x = 0; x < k; x++)
                for (int64_t j = 0; j < n; j++) right[x * n + j] = read(pb, lb.type, op_b ? at(lb, j, x) : at(lb, x, j));
            if (compute == 77) {
                for (auto& f : left) f = to_tf32(f);
                for (auto& f : right) f = to_tf32(f);
            }
            for (int64_t i = 0; i < m; i++) {
                std::fill(sum.begin(), sum.end(), 0.0f);
                for (int64_t x = 0; x < k; x++) {
                    float f = left[i * k + x];
                    const float* row = &right[x * n];
                    for (int64_t j = 0; j < n; j++) sum[j] += f * row[j];
                }
                for (int64_t j = 0; j < n; j++) finish(i, j, batch, sum[j]);
            }
        }
        return "";
    }

    void finish(int64_t i, int64_t j, int batch, float sum) const {
        float y = alpha * sum;
        if (beta != 0) y += beta * read((const char*)c + batch * lc.stride * size_of(lc.type), lc.type, at(lc, i, j));
        if (epilogue & 4) y += read((const void*)bias, bias_type, i);
        if (epilogue & 32) {
            if (epilogue & 128) write((void*)aux, aux_type, j * aux_ld + i, y);
            y = gelu_tanh(y);
        }
        write((char*)d + batch * ld.stride * size_of(ld.type), ld.type, at(ld, i, j), y);
    }
};

uint64_t value_of(const Descriptor& d, int key, uint64_t otherwise) {
    auto v = d.values.find(key);
    return v == d.values.end() ? otherwise : v->second;
}

int check(const Descriptor& d, const Layout& a, const Layout& b, const Layout& c, const Layout& y) {
    bool ta = value_of(d, 3, 0), tb = value_of(d, 4, 0);
    uint64_t m = ta ? a.cols : a.rows, k = ta ? a.rows : a.cols, kb = tb ? b.cols : b.rows, n = tb ? b.rows : b.cols;
    if (m != y.rows || n != y.cols || k != kb || c.rows != y.rows || c.cols != y.cols) return 7;
    if (a.batch != y.batch || b.batch != y.batch || c.batch != y.batch || c.type != y.type || a.type != b.type) return 7;
    for (auto l : {&a, &b, &c, &y})
        if (l->ld < int64_t(l->order ? l->cols : l->rows)) return 7;
    int epilogue = int(value_of(d, 7, 1));
    static const int known[] = {1, 4, 32, 36, 160, 164};
    if (std::find(std::begin(known), std::end(known), epilogue) == std::end(known)) return 15;
    if (y.order && (epilogue & 4)) return 15;        // the bias runs along the rows of a column-major result
    return 0;
}

}  // namespace

EXPORT size_t cublasLtGetVersion() { return 130000; }
EXPORT const char* cublasLtGetStatusString(int status) {
    return status == 0 ? "CUBLAS_STATUS_SUCCESS" : status == 7 ? "CUBLAS_STATUS_INVALID_VALUE"
        : status == 15 ? "CUBLAS_STATUS_NOT_SUPPORTED" : status == 13 ? "CUBLAS_STATUS_EXECUTION_FAILED" : "CUBLAS_STATUS";
}
EXPORT int cublasLtCreate(void** handle) { *handle = new int(0); return 0; }
EXPORT int cublasLtDestroy(void* handle) { delete (int*)handle; return 0; }
EXPORT int cublasLtMatmulDescCreate(void** out, int compute, int scale) { *out = new Descriptor{compute, scale, {}}; return 0; }
EXPORT int cublasLtMatmulDescDestroy(void* d) { delete (Descriptor*)d; return 0; }
EXPORT int cublasLtMatmulDescSetAttribute(void* d, int attribute, const void* value, size_t bytes) {
    if (bytes > 8) return 7;
    uint64_t v = 0;
    memcpy(&v, value, bytes);
    ((Descriptor*)d)->values[attribute] = v;
    return 0;
}
EXPORT int cublasLtMatrixLayoutCreate(void** out, int type, uint64_t rows, uint64_t cols, int64_t ld) {
    *out = new Layout{type, rows, cols, ld};
    return 0;
}
EXPORT int cublasLtMatrixLayoutDestroy(void* l) { delete (Layout*)l; return 0; }
EXPORT int cublasLtMatrixLayoutSetAttribute(void* layout, int attribute, const void* value, size_t bytes) {
    auto l = (Layout*)layout;
    int64_t v = 0;
    memcpy(&v, value, bytes);
    if (attribute == 1) l->order = int(v);
    else if (attribute == 5) l->batch = int(v);
    else if (attribute == 6) l->stride = v;
    else return 7;
    return 0;
}
EXPORT int cublasLtMatmulPreferenceCreate(void** out) { *out = new uint64_t(0); return 0; }
EXPORT int cublasLtMatmulPreferenceDestroy(void* p) { delete (uint64_t*)p; return 0; }
EXPORT int cublasLtMatmulPreferenceSetAttribute(void* p, int attribute, const void* value, size_t bytes) {
    if (attribute == 1) memcpy(p, value, bytes < 8 ? bytes : 8);
    return 0;
}

// 64 bytes of algorithm, then workspace, status, waves and 4 spare words.
struct Heuristic { uint64_t algorithm[8]; uint64_t workspace; int status; float waves; int spare[4]; };
static_assert(sizeof(Heuristic) == 96, "as the library's");

EXPORT int cublasLtMatmulAlgoGetHeuristic(void*, void* d, void* a, void* b, void* c, void* y, void*, int asked,
                                          Heuristic* results, int* found) {
    int status = check(*(Descriptor*)d, *(Layout*)a, *(Layout*)b, *(Layout*)c, *(Layout*)y);
    *found = 0;
    for (int i = 0; !status && i < asked && i < 2; i++, ++*found) {
        results[i] = {};
        results[i].algorithm[0] = uint64_t(i + 1);
        results[i].waves = 1;
    }
    return status;
}
EXPORT int cublasLtMatmulAlgoCheck(void*, void* d, void* a, void* b, void* c, void* y, const uint64_t* algorithm, Heuristic* result) {
    *result = {};
    if (algorithm[0] != 1 && algorithm[0] != 2) return 15;
    return check(*(Descriptor*)d, *(Layout*)a, *(Layout*)b, *(Layout*)c, *(Layout*)y);
}
EXPORT int cublasLtMatmul(void*, void* descriptor, const void* alpha, const void* a, void* la, const void* b, void* lb,
                          const void* beta, const void* c, void* lc, void* y, void* ly, const uint64_t*, void*, size_t,
                          void* stream) {
    Hold hold(driver_lock);
    auto& d = *(Descriptor*)descriptor;
    Product p{};
    p.la = *(Layout*)la, p.lb = *(Layout*)lb, p.lc = *(Layout*)lc, p.ld = *(Layout*)ly;
    if (int status = check(d, p.la, p.lb, p.lc, p.ld)) return status;
    p.op_a = int(value_of(d, 3, 0)), p.op_b = int(value_of(d, 4, 0)), p.epilogue = int(value_of(d, 7, 1)), p.compute = d.compute;
    p.bias = value_of(d, 8, 0), p.bias_type = int(value_of(d, 26, p.ld.type));
    p.aux = value_of(d, 11, 0), p.aux_ld = int64_t(value_of(d, 12, 0)), p.aux_type = int(value_of(d, 22, p.ld.type));
    p.a = (uint64_t)a, p.b = (uint64_t)b, p.c = (uint64_t)c, p.d = (uint64_t)y;
    memcpy(&p.alpha, alpha, 4), memcpy(&p.beta, beta, 4);
    auto extent = [](const Layout& l) {
        uint64_t last = l.rows && l.cols ? at(l, l.rows - 1, l.cols - 1) + 1 : 0;
        return (last + (l.batch - 1) * l.stride) * size_of(l.type);
    };
    if (!is_device(p.a, extent(p.la)) || !is_device(p.b, extent(p.lb)) || !is_device(p.d, extent(p.ld))) return 7;
    if (p.beta != 0 && !is_device(p.c, extent(p.lc))) return 7;
    if ((p.epilogue & 4) && !is_device(p.bias, p.ld.rows * size_of(p.bias_type))) return 7;
    Operation op{Operation::kHost};
    op.host = [](void*) {};
    op.work = [p] { return p.run(); };
    op.to = p.d, op.bytes = extent(p.ld);
    return enqueue(stream, std::move(op)) ? 13 : 0;
}
