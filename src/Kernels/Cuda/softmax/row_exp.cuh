// The largest element of a row and Σ e^(x − largest): what softmax and cross-entropy begin with.
#pragma once
#include "math.cuh"
#include "rows.cuh"

struct RowExp {
    float shift;                                     // the largest element; 0 where all are −∞, which gives e^(−∞ − 0) = 0
    float sum;                                       // 0 where all are −∞
};

DEVICE float finite_shift(float largest) { return largest == -infinity() ? 0.0f : largest; }

/// Replace: whether the row's kept elements become e^(x − shift).
template <bool Replace> DEVICE RowExp row_exp(Operand& x, const Place& at, float* scratch) {
    float largest = -infinity(), sum = 0.0f, shift;
    if constexpr (kIsKept) {
        each_pack(at, [&](int slot, u32) {
#pragma unroll
            for (int k = 0; k < kWidth; k++) largest = Max::of(largest, x.kept[slot][k]);
        });
        shift = finite_shift(row_reduce<Max>(largest, scratch));
        each_pack(at, [&](int slot, u32) {
#pragma unroll
            for (int k = 0; k < kWidth; k++) {
                float e = exp_of(x.kept[slot][k] - shift);
                if (Replace) x.kept[slot][k] = e;
                sum += e;
            }
        });
    } else {
        // One pass: where a pack has a larger element, the sum so far shrinks to it (Milakov and Gimelshein, 2018).
        each_pack(at, [&](int slot, u32 i) {
            float v[kWidth], top = largest;
            x.get(slot, i, v);
#pragma unroll
            for (int k = 0; k < kWidth; k++) top = Max::of(top, v[k]);
            float own = finite_shift(top);
            if (top != largest) sum *= exp_of(finite_shift(largest) - own);
            largest = top;
#pragma unroll
            for (int k = 0; k < kWidth; k++) sum += exp_of(v[k] - own);
        });
        shift = finite_shift(row_reduce<Max>(largest, scratch));
        sum *= exp_of(finite_shift(largest) - shift);
    }
    return {shift, row_reduce<Sum>(sum, scratch)};
}
