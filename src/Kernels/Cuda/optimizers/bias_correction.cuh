// 1 - beta^t where t is known on the device only.
#pragma once
#include "math.cuh"

/// 1 - e^(t log_beta) for t > 0, within a few ulp: near 0 by the series of expm1, where the difference would cancel.
DEVICE float one_minus_power(float log_beta, float t) {
    float x = t * log_beta;                          // below 0
    if (x < -0.5f) return 1.0f - exp_of(x);
    float sum = 0.0f;
    for (int n = 9; n > 1; n--) sum = (sum + 1.0f) * x * (1.0f / (float)n);
    return -(x + x * sum);
}
