// y = x in another element type. FROM, TO: the types; TO_BOOL: whether u8 is bool.
// Rounds to nearest even; from floating point to integers towards zero, saturating, NaN to 0; to bool: whether not zero.
#include "prelude.cuh"

template <class I> DEVICE I to_integer(float f, float below, float above, I lowest, I highest) {
    return is_nan(f) ? (I)0 : f < below ? lowest : f >= above ? highest : (I)f;
}

template <class To> struct Convert {                 // to the floating-point types
    static DEVICE To of(float f) { return from_float<To>(f); }
    static DEVICE To of(i64 i) { return from_float<To>((float)i); }
};
template <> struct Convert<i32> {
    static DEVICE i32 of(float f) { return to_integer<i32>(f, -2147483648.0f, 2147483648.0f, -2147483647 - 1, 2147483647); }
    static DEVICE i32 of(i64 i) { return (i32)i; }
};
template <> struct Convert<i64> {
    static DEVICE i64 of(float f) {
        return to_integer<i64>(f, -9223372036854775808.0f, 9223372036854775808.0f, -9223372036854775807ll - 1, 9223372036854775807ll);
    }
    static DEVICE i64 of(i64 i) { return i; }
};
template <> struct Convert<u8> {
    static DEVICE u8 of(float f) { return TO_BOOL ? f != 0.0f : to_integer<u8>(f, 0.0f, 256.0f, 0, 255); }
    static DEVICE u8 of(i64 i) { return TO_BOOL ? i != 0 : (u8)i; }
};

// Whole numbers go through i64, the others through float: both hold every value of theirs.
DEVICE float widen(float x) { return x; }
DEVICE float widen(bf16 x) { return to_float(x); }
DEVICE float widen(f16 x) { return to_float(x); }
DEVICE i64 widen(i32 x) { return x; }
DEVICE i64 widen(i64 x) { return x; }
DEVICE i64 widen(u8 x) { return x; }

KERNEL(cast)(const FROM* __restrict__ x, TO* __restrict__ y, i64 count) {
    for (i64 i = thread_id(); i < count; i += thread_count()) y[i] = Convert<TO>::of(widen(x[i]));
}

EXPORT_KERNELS(cast)
