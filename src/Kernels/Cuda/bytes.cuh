// Elements that are only moved: an integer of BYTES bytes.
#pragma once
#include "prelude.cuh"

template <int Bytes> struct Raw;
template <> struct Raw<1> { typedef u8 type; };
template <> struct Raw<2> { typedef u16 type; };
template <> struct Raw<4> { typedef u32 type; };
template <> struct Raw<8> { typedef u64 type; };
template <> struct Raw<16> { typedef Chunk type; };
typedef Raw<BYTES>::type raw;

template <class E> DEVICE void move(E* to, const E* from) { *to = *from; }

template <class E> DEVICE void clear(E* to) { *to = E{}; }

// Word by word: compilers make one access of 16 bytes of it, and two of a copied struct.
DEVICE void move(Chunk* to, const Chunk* from) {
    u32 a = from->w[0], b = from->w[1], c = from->w[2], d = from->w[3];
    to->w[0] = a, to->w[1] = b, to->w[2] = c, to->w[3] = d;
}

DEVICE void clear(Chunk* to) { to->w[0] = 0, to->w[1] = 0, to->w[2] = 0, to->w[3] = 0; }
