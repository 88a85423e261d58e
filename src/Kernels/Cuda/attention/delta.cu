// D = Σ dy · y over the width, for each sample, head and query, in f32: what the softmax's gradient takes away from every dy · v.
// 8 threads a row, which read 16 bytes each where rows allow it; y has no gaps, dy is a view. 2 · sizeof(T) bytes an element.
#include "attention/call.cuh"

typedef TYPE T;

KERNEL(delta)(AttentionCall call, const T* y, float* out) {
    i64 rows = (i64)call.samples * call.q.length * call.heads;
    i64 row = thread_id() / 8;
    i32 part = threadIdx.x % 8;
    float sum = 0.0f;
    i32 head = 0, query = 0, sample = 0;
    if (row < rows) {
        head = (i32)(row % call.heads), query = (i32)(row / call.heads % call.q.length), sample = (i32)(row / call.heads / call.q.length);
        const T* a = call.dy.at<T>(sample, head) + (i64)query * call.dy.row;
        const T* b = y + row * call.width;
        if (PACKS) {
            for (i32 i = part * kPack<T>; i < call.width; i += 8 * kPack<T>) {
                auto va = load_pack(a + i), vb = load_pack(b + i);
#pragma unroll
                for (int k = 0; k < kPack<T>; k++) sum += to_float(va.v[k]) * to_float(vb.v[k]);
            }
        } else {
            for (i32 i = part; i < call.width; i += 8) sum += to_float(a[i]) * to_float(b[i]);
        }
    }
    for (u32 d = 4; d; d >>= 1) sum += shfl_xor(sum, d);
    if (row < rows && part == 0) out[((i64)sample * call.heads + head) * call.q.length + query] = sum;
}

EXPORT_KERNELS(delta)
