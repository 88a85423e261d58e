// Keeps the device busy for a while: steps dependent multiply-adds by one thread, about 2 ns each.
// Timings stand behind it, so that the host has queued the work between two events before the first one is reached.
// Grid: 1 block of 1 thread; no memory is touched unless x is chosen so that v ends in 12345.
#include "prelude.cuh"

KERNEL(lead)(float* __restrict__ sink, int steps, float x) {
    float v = x;
    for (int i = 0; i < steps; i++) v = v * 0.999f + 0.001f;
    if (v == 12345.0f) *sink = v;
}

EXPORT_KERNELS(lead)
