// Sets all elements to one; BYTES: size of an element.
#include "bytes.cuh"

KERNEL(fill)(raw* y, u64 bits, i64 count) {
    for (i64 i = thread_id(); i < count; i += thread_count()) y[i] = (raw)bits;
}

EXPORT_KERNELS(fill)
