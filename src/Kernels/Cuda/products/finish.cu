// y = (0, y or residual) + bias for rows whose columns are adjacent: what is left to do where the product could not do it.
// TYPE: of y and residual; BIAS: of the bias. Grid: a loop in strides of the grid over all elements, neighbours by neighbouring threads.
// An element is read at most twice and written once. Sums in f32.
#include "prelude.cuh"

typedef TYPE T;
typedef BIAS B;

struct Rows { i64 batch_step, row_step; };

KERNEL(finish)(const T* residual, const B* __restrict__ bias, T* y, i64 count, u32 rows, u32 columns, const Rows from, const Rows to) {
    for (i64 i = thread_id(); i < count; i += thread_count()) {
        i64 row = i / columns, batch = row / rows;
        u32 column = (u32)(i - row * columns);
        row -= batch * rows;
        float sum = residual ? to_float(residual[batch * from.batch_step + row * from.row_step + column]) : 0.0f;
        if (bias) sum += to_float(bias[column]);
        y[batch * to.batch_step + row * to.row_step + column] = from_float<T>(sum);
    }
}

EXPORT_KERNELS(finish)
