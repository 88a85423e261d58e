// Sizes of a convolution, as the host fills them (Conv2d.Cuda.cs has the same struct).
#pragma once
#include "prelude.cuh"

struct ConvSizes {
    i32 images, height, width, channels;             // x
    i32 results, taps_h, taps_w;                     // weights (results, taps_h, taps_w, channels)
    i32 out_h, out_w;                                // y (images, out_h, out_w, results)
    i32 stride_h, stride_w, pad_top, pad_left;
    i32 pixel_x, pixel_residual;                     // elements from one pixel to the next
    i32 first_channels;                              // channels from here on are read from a second tensor
    i32 pixel_second;
    i32 upsampled;                                   // 1: each pixel of x stands for 2 by 2, and height and width are those of the larger image
};

/// Of a number whose digits have different bases, lowest first: a position along k that moves by a constant step.
struct Digits {
    i32 low, middle, high;

    DEVICE Digits(i32 value, i32 base_low, i32 base_middle) {
        i32 rest = value / base_low;
        low = value - rest * base_low, high = rest / base_middle, middle = rest - high * base_middle;
    }

    DEVICE void add(const Digits& step, i32 base_low, i32 base_middle) {
        low += step.low, middle += step.middle, high += step.high;
        if (low >= base_low) low -= base_low, middle++;
        if (middle >= base_middle) middle -= base_middle, high++;
    }

    DEVICE void increment(i32 base_low, i32 base_middle) {
        if (++low < base_low) return;
        low = 0;
        if (++middle < base_middle) return;
        middle = 0, high++;
    }
};
