// Warp-wide instructions and asynchronous copies, from the register layouts of the PTX manual.
#include "races.h"
#include "runtime.h"

namespace emu {

float bf16_to_float(uint16_t h) {
    uint32_t u = uint32_t(h) << 16;
    float f;
    memcpy(&f, &u, 4);
    return f;
}

static float half_to_float(uint16_t h) {
    _Float16 x;
    memcpy(&x, &h, 2);
    return float(x);
}

// The tensor core reads the upper 19 bits of a tf32 operand.
static float tf32_to_float(uint32_t bits) {
    bits &= 0xffffe000u;
    float f;
    memcpy(&f, &bits, 4);
    return f;
}

// ---- mma: row x col, 16 rows, 8 columns, float accumulation

static void multiply(Warp& w, const float (*a)[16], const float (*b)[8], int depth) {
    float d[16][8] = {};
    for (int i = 0; i < 16; i++)               // products of bf16, f16 and tf32 are exact in float
        for (int k = 0; k < depth; k++)
            for (int j = 0; j < 8; j++) d[i][j] += a[i][k] * b[k][j];
    for (int l = 0; l < 32; l++) {
        int g = l >> 2, t = l & 3;
        for (int r = 0; r < 4; r++) w.args[l]->d[r] = w.args[l]->c[r] + d[g + (r >> 1) * 8][t * 2 + (r & 1)];
    }
    worker->count.mma++;
}

template <float (*Convert)(uint16_t)> static void mma_halves(Warp& w, int depth) {
    float a[16][16], b[16][8];
    for (int l = 0; l < 32; l++) {
        int g = l >> 2, t = l & 3;
        for (int r = 0; r < depth / 4; r++)
            for (int e = 0; e < 2; e++)
                a[g + (r & 1) * 8][t * 2 + e + (r >> 1) * 8] = Convert(uint16_t(w.args[l]->a[r] >> (16 * e)));
        for (int r = 0; r < depth / 8; r++)
            for (int e = 0; e < 2; e++) b[t * 2 + e + r * 8][g] = Convert(uint16_t(w.args[l]->b[r] >> (16 * e)));
    }
    multiply(w, a, b, depth);
}

static void mma_tf32(Warp& w) {
    float a[16][16], b[16][8];
    for (int l = 0; l < 32; l++) {
        int g = l >> 2, t = l & 3;
        for (int r = 0; r < 4; r++) a[g + (r & 1) * 8][t + (r >> 1) * 4] = tf32_to_float(w.args[l]->a[r]);
        for (int r = 0; r < 2; r++) b[t + r * 4][g] = tf32_to_float(w.args[l]->b[r]);
    }
    multiply(w, a, b, 8);
}

// ---- ldmatrix

static void ldmatrix(Warp& w, bool trans) {
    int n = w.args[0]->matrices;
    for (int m = 0; m < n; m++) {
        uint16_t e[8][8];
        unsigned seen[8] = {}, ways = 1;
        for (int r = 0; r < 8; r++) {
            memcpy(e[r], w.args[m * 8 + r]->row, 16);
            unsigned bank16 = (w.args[m * 8 + r]->row_address >> 4) & 7;    // which 16 of the 128 bytes
            unsigned c = ++seen[bank16];
            if (c > ways) ways = c;
        }
        worker->count.ldmatrix++;
        worker->count.ldmatrix_conflict_ways += ways;
        for (int l = 0; l < 32; l++) {
            int r = l >> 2, c = (l & 3) * 2;
            uint16_t lo = trans ? e[c][r] : e[r][c], hi = trans ? e[c + 1][r] : e[r][c + 1];
            *w.args[l]->out[m] = lo | uint32_t(hi) << 16;
        }
    }
}

// ---- shuffles and votes

static void shuffle(Warp& w) {
    for (unsigned l = 0; l < 32; l++) {
        if (!(w.mask >> l & 1)) continue;
        unsigned p = w.args[l]->param, s = l;
        switch (w.op) {
        case kShflIdx: s = p & 31; break;
        case kShflXor: s = (l ^ p) & 31; break;
        case kShflDown: s = l + p > 31 ? l : l + p; break;
        default: s = l < p ? l : l - p; break;
        }
        if (!(w.mask >> s & 1)) fail("shuffle reads lane %u, which is not in the mask %08x", s, w.mask);
        w.args[l]->result = w.args[s]->value;
    }
}

static void ballot(Warp& w) {
    unsigned votes = 0;
    for (unsigned l = 0; l < 32; l++)
        if ((w.mask >> l & 1) && w.args[l]->value) votes |= 1u << l;
    for (unsigned l = 0; l < 32; l++)
        if (w.mask >> l & 1) w.args[l]->result = votes;
}

void perform(Warp& w) {
    if (w.op > kBallot && w.mask != ~0u) fail("a matrix instruction needs all 32 lanes");
    switch (w.op) {
    case kBallot: ballot(w); break;
    case kMma16816Bf16: mma_halves<bf16_to_float>(w, 16); break;
    case kMma16816F16: mma_halves<half_to_float>(w, 16); break;
    case kMma1688Bf16: mma_halves<bf16_to_float>(w, 8); break;
    case kMma1688F16: mma_halves<half_to_float>(w, 8); break;
    case kMma1688Tf32: mma_tf32(w); break;
    case kLdmatrix: ldmatrix(w, false); break;
    case kLdmatrixTrans: ldmatrix(w, true); break;
    default: shuffle(w); break;
    }
}

// ---- cp.async: lazily landed, so that a missing wait is seen

static void land(const Copy& c) {
    races::write(c.to, c.bytes);
    memcpy(c.to, c.from, c.valid);
    memset(static_cast<char*>(c.to) + c.valid, 0, c.bytes - c.valid);
}

void cp_async(void* shared, const void* global, unsigned bytes, unsigned valid) {
    check_shared(shared, bytes, "cp.async");
    if ((uintptr_t(shared) | uintptr_t(global)) & (bytes - 1)) fail("cp.async: misaligned");
    if (valid > bytes) fail("cp.async: more valid bytes than bytes");
    if (valid) {                                               // a copy from nowhere faults where it is asked for
        (void)*(const volatile char*)global;
        (void)*((const volatile char*)global + valid - 1);
    }
    races::read(global, valid);
    races::write(shared, bytes);
    Fiber* f = worker->current;
    f->copies.push_back({shared, global, bytes, valid});
    if (options.lazy_copies) memset(shared, 0xFF, bytes);      // nobody may read it before the wait
    else land(f->copies.back());
}

void cp_async_commit() {
    Fiber* f = worker->current;
    f->group_ends.push_back(f->copies.size());
}

void cp_async_wait(unsigned groups_left) {
    Fiber* f = worker->current;
    size_t g = f->group_ends.size();
    size_t end = g > groups_left ? f->group_ends[g - 1 - groups_left] : 0;
    for (; f->landed < end; f->landed++)
        if (options.lazy_copies) land(f->copies[f->landed]);
    if (f->landed == f->copies.size() && groups_left == 0) f->copies.clear(), f->group_ends.clear(), f->landed = 0;
}

}  // namespace emu
