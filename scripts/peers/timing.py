"""Times work on a CUDA device as `suti bench --device cuda` does: events on the stream, each repetition behind work that keeps the device busy
while the host queues it, hot and with the second-level cache flushed."""
import json
import statistics
import sys
import time

import torch


class Timer:
    def __init__(self, seconds):
        self.seconds = seconds
        cache = getattr(torch.cuda.get_device_properties(0), "L2_cache_size", 50 << 20)
        self.flush = torch.empty(2 * cache, dtype=torch.uint8, device="cuda")
        self.clock_hz = 1.8e9

    def measure(self, run, cold, least=7, most=2000):
        """Milliseconds of each repetition, sorted."""
        for _ in range(3):
            run()
        torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        asked = time.perf_counter() - start
        torch.cuda.synchronize()
        lead = int(min(5e-3, 1.5 * asked + 2e-5) * self.clock_hz)
        times, begun = [], time.perf_counter()
        while len(times) < least or (len(times) < most and time.perf_counter() - begun < self.seconds):
            pairs = []
            for _ in range(16):
                if cold:
                    self.flush.zero_()
                torch.cuda._sleep(lead)
                pair = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
                pair[0].record()
                run()
                pair[1].record()
                pairs.append(pair)
            torch.cuda.synchronize()
            times += [a.elapsed_time(b) for a, b in pairs]
        return sorted(times)


def report(peer, workload, dtype, mode, times, **more):
    """One JSON line with the fields of `suti bench --json`."""
    print(json.dumps({
        "peer": peer, "workload": workload, "device": torch.cuda.get_device_name(0), "dtype": dtype, "mode": mode,
        "median_ms": statistics.median(times), "p10_ms": times[len(times) // 10], "p90_ms": times[len(times) * 9 // 10],
        "min_ms": times[0], "max_ms": times[-1], "reps": len(times), **more}), flush=True)


def left_out(peer, workload, error):
    print(f"{workload} {peer} left out: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}", file=sys.stderr, flush=True)
