// Where the elements of a convolution's operands lie. An operand copies its part of a tile into shared memory at `load` and
// moves by the depth of a tile at `advance`: only sums of digits there, the divisions are done once.
// ALIGNED: channels, distances and addresses are multiples of 16 bytes, so that a chunk is one asynchronous copy; else chunks are
// gathered element by element.
#pragma once
#include "sizes.cuh"
#include "tile.cuh"

// Elements into words by shifts: a chunk of halves then stays in registers.
DEVICE void put(Chunk& c, int e, float v) { c.w[e] = bits_of(v); }

template <class Half> DEVICE void put(Chunk& c, int e, Half v) { c.w[e / 2] = e % 2 ? c.w[e / 2] | (u32)v.bits << 16 : v.bits; }

/// A chunk whose element e is given by `get(e)`, asked in order.
template <class F> DEVICE void gather(unsigned char* smem, u32 to, F get) {
    Chunk c;
#pragma unroll
    for (int e = 0; e < kVector; e++) put(c, e, get(e));
    *reinterpret_cast<Chunk*>(smem + to) = c;
}

DEVICE T zero() { return from_float<T>(0.0f); }

/// Images seen through a window that moves over them: the tap (r, s) of the window at (y, x) lies on pixel
/// (y · step_y + first_y + r · direction, x · step_x + first_x + s · direction).
struct Window {
    const T* first;
    const T* second;                                 // channels from first_channels on
    i32 height, width, channels, first_channels, pixel, pixel_second, up;
    i32 taps_h, taps_w;
    i32 places_h, places_w;                          // of the window, in an image
    i32 step_y, step_x, first_y, first_x, direction;

    DEVICE i32 places(i32 images) const { return images * places_h * places_w; }

    DEVICE bool inside(i32 y, i32 x) const { return (u32)y < (u32)height && (u32)x < (u32)width; }

    /// `image`: its number times the pixels of an image.
    DEVICE const T* at(i32 image, i32 y, i32 x, i32 c) const {
        i32 place = image + (y >> up) * (width >> up) + (x >> up);
        if (SECOND && c >= first_channels) return second + (i64)place * pixel_second + (c - first_channels);
        return first + (i64)place * pixel + c;
    }

    DEVICE i32 stored_pixels() const { return (height >> up) * (width >> up); }
};

/// Rows: places of the window. Along k: (tap row, tap column, channel).
template <int Width> struct PixelRows {
    typedef Stored<Width, true> Tile;
    static constexpr int kStride = kThreads / K_CHUNKS, kCount = (Width + kStride - 1) / kStride;

    const Window& window;
    Digits k, step;
    i32 image[kCount], y[kCount], x[kCount];

    DEVICE PixelRows(const Window& w, int row0, int rows, int k0)
        : window(w), k(k0 + threadIdx.x % K_CHUNKS * kVector, w.channels, w.taps_w), step(kTileK, w.channels, w.taps_w) {
#pragma unroll
        for (int i = 0; i < kCount; i++) {
            int row = row0 + threadIdx.x / K_CHUNKS + i * kStride;
            Digits place(row, w.places_w, w.places_h);
            image[i] = place.high * w.stored_pixels();
            y[i] = place.middle * w.step_y + w.first_y, x[i] = place.low * w.step_x + w.first_x;
            if (row >= rows) y[i] = -(1 << 30);      // outside for every tap
        }
    }

    DEVICE void load(unsigned char* smem, u32 base, u32 tile) {
        const int chunk = threadIdx.x % K_CHUNKS, line = threadIdx.x / K_CHUNKS;
#pragma unroll
        for (int i = 0; i < kCount; i++) {
            if (Width % kStride != 0 && line + i * kStride >= Width) break;
            u32 to = tile + Tile::at(line + i * kStride, chunk);
            if constexpr (ALIGNED) {
                i32 py = y[i] + k.high * window.direction, px = x[i] + k.middle * window.direction;
                bool valid = window.inside(py, px) && k.high < window.taps_h;
                cp_async16(base + to, window.at(image[i], py, px, k.low), valid ? 16 : 0);
            } else {
                Digits at = k;
                gather(smem, to, [&](int) {
                    i32 py = y[i] + at.high * window.direction, px = x[i] + at.middle * window.direction;
                    bool valid = window.inside(py, px) && at.high < window.taps_h;
                    T value = valid ? *window.at(image[i], py, px, at.low) : zero();
                    at.increment(window.channels, window.taps_w);
                    return value;
                });
            }
        }
    }

    DEVICE void advance() { k.add(step, window.channels, window.taps_w); }
};

/// Columns of B that lie as rows of a matrix (columns, depth): weights as they are stored.
template <int Width> struct MatrixRows {
    typedef Stored<Width, true> Tile;
    static constexpr int kStride = kThreads / K_CHUNKS, kCount = (Width + kStride - 1) / kStride;

    const T* from;                                   // this thread's first chunk
    i32 depth, k, left;                              // left: rows from the first one on

    DEVICE MatrixRows(const T* matrix, int row0, int rows, int depth_, int k0) : depth(depth_), k(k0 + threadIdx.x % K_CHUNKS * kVector) {
        int row = row0 + threadIdx.x / K_CHUNKS;
        from = matrix + (i64)row * depth + k, left = rows - row;
    }

    DEVICE void load(unsigned char* smem, u32 base, u32 tile) {
        const int chunk = threadIdx.x % K_CHUNKS, line = threadIdx.x / K_CHUNKS;
#pragma unroll
        for (int i = 0; i < kCount; i++) {
            if (Width % kStride != 0 && line + i * kStride >= Width) break;
            u32 to = tile + Tile::at(line + i * kStride, chunk);
            const T* at = from + (i64)(i * kStride) * depth;
            bool row = i * kStride < left;
            if constexpr (ALIGNED) cp_async16(base + to, at, row && k < depth ? 16 : 0);
            else gather(smem, to, [&](int e) { return row && k + e < depth ? at[e] : zero(); });
        }
    }

    DEVICE void advance() { k += kTileK, from += kTileK; }
};

/// What tiles that lie across k share: a line is one k, its chunks are copied by kLanes neighbouring threads.
template <int Width> struct AcrossK {
    typedef Stored<Width, false> Tile;
    static constexpr int kLanes = kThreads / kTileK, kCount = (Tile::chunks + kLanes - 1) / kLanes;
    static_assert(kThreads % kTileK == 0, "each line has the same number of threads");

    static DEVICE int line() { return threadIdx.x / kLanes; }

    /// The columns of this thread's chunk i begin here.
    static DEVICE int column(int i) { return (threadIdx.x % kLanes + i * kLanes) * kVector; }

    static DEVICE bool has(int i) { return Tile::chunks % kLanes == 0 || column(i) < Width; }
};

/// Columns: channels of the input. Along k: (tap row, tap column, result), of those taps that lie tap_step apart.
template <int Width> struct WeightColumns : AcrossK<Width> {
    typedef AcrossK<Width> Lines;
    typedef typename Lines::Tile Tile;

    const T* weights;
    i32 results, channels, taps_h, taps_w, kernel, first_tap, tap_step_h, tap_step_w, column0;
    Digits k, step;

    /// `kernel`: taps of the stored weights.
    DEVICE WeightColumns(const T* weights_, int column0_, int channels_, int results_, int taps_h_, int taps_w_, int kernel_,
                         int first_tap_, int tap_step_h_, int tap_step_w_, int k0)
        : weights(weights_), results(results_), channels(channels_), taps_h(taps_h_), taps_w(taps_w_), kernel(kernel_), first_tap(first_tap_),
          tap_step_h(tap_step_h_), tap_step_w(tap_step_w_), column0(column0_), k(k0 + Lines::line(), results_, taps_w_),
          step(kTileK, results_, taps_w_) {}

    DEVICE void load(unsigned char* smem, u32 base, u32 tile) {
        i32 tap = first_tap + k.high * tap_step_h + k.middle * tap_step_w;
        const T* row = weights + ((i64)k.low * kernel + tap) * channels + column0;
        bool valid = k.high < taps_h;
#pragma unroll
        for (int i = 0; i < Lines::kCount; i++) {
            if (!Lines::has(i)) break;
            int column = Lines::column(i);
            u32 to = tile + Tile::at(Lines::line(), column / kVector);
            if constexpr (ALIGNED) cp_async16(base + to, row + column, valid && column0 + column < channels ? 16 : 0);
            else gather(smem, to, [&](int e) { return valid && column0 + column + e < channels ? row[column + e] : zero(); });
        }
    }

    DEVICE void advance() { k.add(step, results, taps_w); }
};

/// Columns of a matrix (depth, columns) as rows of A: the gradient of y, whose pixels are summed over.
template <int Width> struct MatrixColumns : AcrossK<Width> {
    typedef AcrossK<Width> Lines;
    typedef typename Lines::Tile Tile;

    const T* row;
    i32 columns, depth, column0, k;

    DEVICE MatrixColumns(const T* matrix, int column0_, int columns_, int depth_, int k0)
        : columns(columns_), depth(depth_), column0(column0_), k(k0 + Lines::line()) {
        row = matrix + (i64)k * columns + column0;
    }

    DEVICE void load(unsigned char* smem, u32 base, u32 tile) {
        bool valid = k < depth;
#pragma unroll
        for (int i = 0; i < Lines::kCount; i++) {
            if (!Lines::has(i)) break;
            int column = Lines::column(i);
            u32 to = tile + Tile::at(Lines::line(), column / kVector);
            if constexpr (ALIGNED) cp_async16(base + to, row + column, valid && column0 + column < columns ? 16 : 0);
            else gather(smem, to, [&](int e) { return valid && column0 + column + e < columns ? row[column + e] : zero(); });
        }
    }

    DEVICE void advance() { k += kTileK, row += (i64)kTileK * columns; }
};

/// Columns: (tap row, tap column, channel). Along k: places of the window.
template <int Width> struct PixelColumns : AcrossK<Width> {
    typedef AcrossK<Width> Lines;
    typedef typename Lines::Tile Tile;

    const Window& window;
    i32 images;
    Digits k, step;
    i32 r[Lines::kCount], s[Lines::kCount], c[Lines::kCount];

    DEVICE PixelColumns(const Window& w, int images_, int column0, int k0)
        : window(w), images(images_), k(k0 + Lines::line(), w.places_w, w.places_h), step(kTileK, w.places_w, w.places_h) {
#pragma unroll
        for (int i = 0; i < Lines::kCount; i++) {
            Digits column(column0 + Lines::column(i), w.channels, w.taps_w);
            r[i] = column.high, s[i] = column.middle, c[i] = column.low;
        }
    }

    DEVICE void load(unsigned char* smem, u32 base, u32 tile) {
        i32 y = k.middle * window.step_y + window.first_y, x = k.low * window.step_x + window.first_x;
        i32 image = k.high * window.stored_pixels();
        bool valid = k.high < images;
#pragma unroll
        for (int i = 0; i < Lines::kCount; i++) {
            if (!Lines::has(i)) break;
            u32 to = tile + Tile::at(Lines::line(), Lines::column(i) / kVector);
            if constexpr (ALIGNED) {
                i32 py = y + r[i], px = x + s[i];
                cp_async16(base + to, window.at(image, py, px, c[i]), valid && r[i] < window.taps_h && window.inside(py, px) ? 16 : 0);
            } else {
                Digits at(0, 1, 1);
                at.low = c[i], at.middle = s[i], at.high = r[i];
                gather(smem, to, [&](int) {
                    i32 py = y + at.high, px = x + at.middle;
                    bool here = valid && at.high < window.taps_h && window.inside(py, px);
                    T value = here ? *window.at(image, py, px, at.low) : zero();
                    at.increment(window.channels, window.taps_w);
                    return value;
                });
            }
        }
    }

    DEVICE void advance() { k.add(step, window.places_w, window.places_h); }
};
