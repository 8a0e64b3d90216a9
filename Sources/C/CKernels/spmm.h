// implicit::spmm: a sparse matrix times a dense one, for message passing.
//
//     Y = A X,   Y[r, :] = sum over the entries e of row r of values[e] X[columns[e], :],   starts[r] <= e < starts[r + 1]
//
//     values [E]   starts [R + 1]   columns [E]   transposed_starts [C + 1]   transposed_columns [E]   transposed_order [E]
//     x [C, W]   ->   [R, W]
//
// The rows of the transpose have the starts `transposed_starts`, the columns (rows of A) `transposed_columns`, and the values
// values[transposed_order[.]]: so the gradient in X is again a product with compressed rows, without atomics or sorting, and gives
// the same bits for any number of threads. Indices are int64; values and x have one type, float32 or float64 on the CPU, any floating
// type elsewhere. Differentiable in values and x, any number of times.
//
// An index out of range is an error. That the second structure is that of the transpose is up to the caller (SparseMatrix in Swift).
//
// 2 E W operations.
#pragma once

namespace kernels {

constexpr const char *spmm_schema =
    "spmm(Tensor values, Tensor starts, Tensor columns, Tensor transposed_starts, Tensor transposed_columns, "
    "Tensor transposed_order, Tensor x) -> Tensor";

}  // namespace kernels
