// Copies between views of one shape; BYTES: size of an element.
#include "bytes.cuh"
#include "strided.cuh"

KERNEL(copy_strided)(const raw* source, raw* destination, const StridedLoop loop) {
    for (u32 i = thread_id(); i < loop.count; i += thread_count()) {
        Offsets at = locate(loop, i);                // a: destination, b: source
        destination[at.a] = source[at.b];
    }
}

EXPORT_KERNELS(copy_strided)
