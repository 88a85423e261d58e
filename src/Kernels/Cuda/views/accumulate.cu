// destination += source, views of one shape; TYPE: type of the elements.
#include "strided.cuh"

typedef TYPE T;

KERNEL(accumulate)(const T* source, T* destination, const StridedLoop loop) {
    for (u32 i = thread_id(); i < loop.count; i += thread_count()) {
        Offsets at = locate(loop, i);                // a: destination, b: source
        destination[at.a] = from_float<T>(to_float(destination[at.a]) + to_float(source[at.b]));
    }
}

EXPORT_KERNELS(accumulate)
