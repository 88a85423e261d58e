// Functions of floats for f32 results: no libdevice, so that every compiler sees the same arithmetic. Within about 2 ulp (4 where two
// of them are composed); infinities and NaN as on the processor (VectorMath.cs, whose minimax polynomials these are); results
// below the smallest normal number may be 0.
#pragma once
#include "prelude.cuh"

/// e^x: x · log2(e) in two parts, the whole number into the exponent, the rest to ex2.
DEVICE float exp_of(float x) {
    float t = min2(max2(x, -104.0f), 89.0f);
    float whole = fma_rn(t, kLog2E, 12582912.0f) - 12582912.0f;     // 1.5 · 2^23 rounds to nearest
    float rest = fma_rn(t, kLog2E, -whole);
    rest = fma_rn(t, 1.925963033500e-8f, rest);                     // log2(e) - kLog2E
    i32 n = (i32)whole, half = n / 2;
    float y = fast_exp2(rest) * float_of((u32)(half + 127) << 23) * float_of((u32)(n - half + 127) << 23);
    return is_nan(x) ? x : y;
}

/// e^(x - rest) for a rest of the size of the rounding error of x.
DEVICE float exp_of(float x, float rest) {
    float y = exp_of(x);
    return y < infinity() ? fma_rn(-y, rest, y) : y;
}

/// e^-ab, where the rounding of ab would else be magnified by ab.
DEVICE float exp_of_minus_product(float a, float b) {
    float product = mul_rn(-a, b);
    return exp_of(product, fma_rn(a, b, product));
}

/// e^x - 1 for x from -60 to 80.
DEVICE float expm1_bounded(float x) {
    float n = fma_rn(x, kLog2E, 12582912.0f) - 12582912.0f;
    float r = fma_rn(-n, -2.1219444005469058e-4f, fma_rn(-n, 0.693359375f, x)), square = r * r;
    float low = fma_rn(r, 0.1666654256f, 0.5000000062f), high = fma_rn(r, 0.008366642098f, 0.04166628035f);
    float p = fma_rn(square, fma_rn(fma_rn(square, 0.001394657388f, high), square, low), r);
    float power = float_of((u32)((i32)n + 127) << 23);
    return fma_rn(p, power, power - 1.0f);
}

constexpr float kLowestExponent = -87.33650207519531f;              // the logarithm of the smallest normal number

DEVICE float sigmoid_of(float x) { return fast_reciprocal(1.0f + exp_of(-x)); }

// 0 far below, where infinity times 0 would be NaN.
DEVICE float silu_of(float x) { return x < kLowestExponent ? 0.0f : x * sigmoid_of(x); }

DEVICE float silu_derivative(float x) {
    float b = bounded(x, -1000.0f, 1000.0f), s = sigmoid_of(b);
    return fma_rn(b, fma_rn(-s, s, s), s);
}

/// (e^2a - 1) / (e^2a + 1) for a = |x|; at the bound it is 1 to the last bit.
DEVICE float tanh_of(float x) {
    float e = expm1_bounded(bounded(2.0f * abs_of(x), 0.0f, 20.0f));
    return copy_sign(e * fast_reciprocal(e + 2.0f), x);
}

// ---- logarithm and power

struct Mantissa { float f, e; };

/// x = 2^e (1 + f) with 1 + f from sqrt(1/2) to sqrt(2), for positive finite x.
DEVICE Mantissa split_exponent(float x) {
    bool subnormal = x < 1.17549435e-38f;
    u32 bits = bits_of(subnormal ? x * 33554432.0f : x);
    i32 k = (i32)(bits - 0x3f3504f3u) >> 23;
    return {float_of(bits - ((u32)k << 23)) - 1.0f, (float)(subnormal ? k - 25 : k)};
}

/// (log((1 + s) / (1 - s)) - 2s) / s^3 in z = s^2.
DEVICE float log_tail(float z) {
    return fma_rn(fma_rn(fma_rn(0.2358356785f, z, 0.2853723855f), z, 0.4000033621f), z, 0.6666666564f);
}

DEVICE float log_limits(float x, float result) {
    return x == infinity() ? x : x > 0.0f ? result : x == 0.0f ? -infinity() : not_a_number();
}

/// log(1 + f) = f - f^2 / 2 + s (f^2 / 2 + z P(z)): the leading term f is exact.
DEVICE float log_of(float x) {
    Mantissa m = split_exponent(x);
    float s = m.f * fast_reciprocal(m.f + 2.0f), z = s * s, half_square = 0.5f * m.f * m.f;
    float tail = fma_rn(s, fma_rn(z, log_tail(z), half_square), m.e * -2.1219444005469058e-4f);
    return log_limits(x, fma_rn(m.e, 0.693359375f, m.f - (half_square - tail)));
}

/// log(1 + x) for x from 0 to 1: what the rounding of 1 + x lost is added at the slope there.
DEVICE float log1p_of(float x) {
    float u = add_rn(1.0f, x);
    return log_of(u) + add_rn(x, -add_rn(u, -1.0f)) * fast_reciprocal(u);
}

/// log(1 + e^x).
DEVICE float softplus_of(float x) { return (x > 0.0f ? x : 0.0f) + log1p_of(exp_of(-abs_of(x))); }

/// x^y as IEEE 754 has it: a negative x takes whole y only. The logarithm and its product with y are carried in two words.
DEVICE float pow_of(float x, float y) {
    float magnitude = abs_of(x);
    Mantissa m = split_exponent(magnitude);
    float d = add_rn(m.f, 2.0f), d_low = add_rn(m.f, -add_rn(d, -2.0f));
    float s = div_rn(m.f, d), s_low = fma_rn(-s, d_low, fma_rn(-s, d, m.f)) * fast_reciprocal(d), z = mul_rn(s, s);
    float leading = add_rn(s, s), tail = fma_rn(mul_rn(s, z), log_tail(z), add_rn(s_low, s_low));
    float exponent = mul_rn(m.e, 0.693359375f), sum = add_rn(exponent, leading);
    tail = fma_rn(m.e, -2.1219444005469058e-4f, add_rn(tail, add_rn(leading, -add_rn(sum, -exponent))));
    float high = add_rn(sum, tail), low = add_rn(tail, -add_rn(high, -sum));
    high = log_limits(magnitude, high);
    float product = mul_rn(y, high);
    float rest = fma_rn(-y, low, fma_rn(-y, high, product));
    constexpr float bound = 88.72283f;
    float power = product > bound ? infinity() : exp_of(product, abs_of(product) < 1000.0f ? rest : 0.0f);
    if (magnitude == 1.0f) power = abs_of(y) == infinity() ? 1.0f : power;
    if (x < 0.0f) {
        bool whole = round_even(y) == y, odd = whole && round_even(0.5f * y) != 0.5f * y;
        power = odd ? -power : whole || magnitude == infinity() || magnitude == 1.0f && abs_of(y) == infinity() ? power : not_a_number();
    }
    return x == 1.0f || y == 0.0f ? 1.0f : power;
}

// ---- the normal distribution

/// e^a^2 erfc(a) at unit · a = t P(t) with t = 1 / (1 + 0.3 · unit · a), for a >= 0.
DEVICE float erfc_scaled(float a, float unit) {
    float t = fast_reciprocal(fma_rn(a, 0.3f * unit, 1.0f)), u = t - 0.625f;
    float p = -0.1294579376f;
    p = fma_rn(p, u, -0.1620677171f);
    p = fma_rn(p, u, 0.1953903156f);
    p = fma_rn(p, u, 0.8389949815f);
    p = fma_rn(p, u, 1.380991647f);
    p = fma_rn(p, u, 1.51793297f);
    p = fma_rn(p, u, 1.250464053f);
    p = fma_rn(p, u, 0.8043145873f);
    return t * fma_rn(p, u, 0.408633086f);
}

struct Gelu { float value, slope; };

/// x · Phi(x) and its derivative Phi(x) + x · phi(x), from erfc, so that the lower tail keeps its relative accuracy.
DEVICE Gelu gelu_pair(float x) {
    float a = bounded(abs_of(x), 0.0f, 15.0f);
    float bell = exp_of_minus_product(0.5f * a, a), upper_tail = 0.5f * bell * erfc_scaled(a, 0.70710678f);
    float distribution = x < 0.0f ? upper_tail : 1.0f - upper_tail;
    return {fma_rn(-a, upper_tail, x > 0.0f ? x : 0.0f), fma_rn(copy_sign(a, x), bell * 0.39894228f, distribution)};
}

DEVICE float gelu_of(float x) { return gelu_pair(x).value; }

DEVICE float gelu_derivative(float x) { return gelu_pair(x).slope; }

/// Twice the argument of tanh in x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))); its sigmoid is (1 + tanh) / 2.
DEVICE float gelu_tanh_argument(float x) { return x * fma_rn(x * x, 0.0713548163f, 1.5957691216f); }

DEVICE float gelu_tanh_of(float x) {
    float finite = x < -100.0f ? -100.0f : x;
    return finite * sigmoid_of(gelu_tanh_argument(finite));
}

DEVICE float gelu_tanh_derivative(float x) {
    float b = bounded(x, -100.0f, 100.0f), s = sigmoid_of(gelu_tanh_argument(b));
    return fma_rn(b * fma_rn(b * b, 3.0f * 0.0713548163f, 1.5957691216f), fma_rn(-s, s, s), s);
}

DEVICE float quick_gelu_derivative(float x) {
    float scaled = 1.702f * x, s = sigmoid_of(scaled);
    return fma_rn(scaled, fma_rn(-s, s, s), s);
}

DEVICE float sign_of(float x) { return x == 0.0f ? x : copy_sign(1.0f, x); }

// ---- sine and cosine

struct Angle { float r; i32 quadrant; };

/// 32 bits of 2 / pi from word i on.
DEVICE u32 two_over_pi(u32 i) {
    return i == 0 ? 0xa2f9836eu : i == 1 ? 0x4e441529u : i == 2 ? 0xfc2757d1u : i == 3 ? 0xf534ddc0u : i == 4 ? 0xdb629599u
        : i == 5 ? 0x3c439041u : 0xfe5163abu;
}

/// Any finite x of at least 2^13, by those 96 bits of 2 / pi whose products matter (Payne and Hanek, Radian Reduction for
/// Trigonometric Functions, 1983).
DEVICE Angle reduce_large(float x) {
    u32 bits = bits_of(x);
    i32 scale = (i32)(bits >> 23 & 255) - 150;                      // x = mantissa · 2^scale
    u64 mantissa = (bits & 0x7fffffu) | 0x800000u;
    i32 skipped = scale > 2 ? scale - 2 : 0;                        // the bits before make multiples of 4
    u32 word = (u32)skipped >> 5, shift = (u32)skipped & 31;
    u32 window[3];
#pragma unroll
    for (u32 i = 0; i < 3; i++)
        window[i] = (u32)(((u64)two_over_pi(word + i) << 32 | two_over_pi(word + i + 1)) >> (32 - shift));
    u64 low = mantissa * window[2], middle = mantissa * window[1] + (low >> 32), high = mantissa * window[0] + (middle >> 32);
    low = middle << 32 | (low & 0xffffffffu);
    u32 point = (u32)(32 - (scale - skipped));                      // of high: below it stands the fraction
    u64 fraction = high << (64 - point) | low >> point;
    i32 quadrant = (i32)(high >> point) + (i32)(fraction >> 63);
    float r = (float)(i64)fraction * 8.5153039e-20f;                // pi / 2 · 2^-64
    return x < 0.0f ? Angle{-r, -quadrant} : Angle{r, quadrant};
}

/// x = quadrant · pi / 2 + r. Up to the bound the products with the parts of pi / 2 are exact (Cody and Waite).
DEVICE Angle reduce_angle(float x) {
    if (abs_of(x) > 12000.0f) return is_finite(x) ? reduce_large(x) : Angle{not_a_number(), 0};
    float quadrant = round_even(x * 0.63661977f);
    float r = fma_rn(quadrant, -1.5703125f, x);
    r = fma_rn(quadrant, -0.0004837512969970703125f, r);
    r = fma_rn(quadrant, -7.549533620476722717e-8f, r);
    return {fma_rn(quadrant, -2.563344151594518789e-12f, r), (i32)quadrant};
}

DEVICE float sine_of(Angle a) {
    float r = a.r, z = r * r;
    float sine = fma_rn(r * z, fma_rn(fma_rn(fma_rn(2.718237593e-6f, z, -0.0001983932717f), z, 0.008333329362f), z, -0.1666666664f), r);
    float tail = fma_rn(fma_rn(fma_rn(-2.720958173e-7f, z, 2.479951216e-5f), z, -0.001388888372f), z, 0.04166666662f);
    float cosine = fma_rn(z * z, tail, fma_rn(z, -0.5f, 1.0f));
    float value = a.quadrant & 1 ? cosine : sine;
    return a.quadrant & 2 ? -value : value;
}

DEVICE float sin_of(float x) { return sine_of(reduce_angle(x)); }

DEVICE float cos_of(float x) {
    Angle a = reduce_angle(x);
    return sine_of({a.r, a.quadrant + 1});
}
