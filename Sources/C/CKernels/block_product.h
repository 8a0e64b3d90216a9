// Small dense products on blocks that stay in the first-level cache, vectorised over the columns of the result.
#pragma once

#include <cstdint>
#include <vector>

namespace block {

/// Elements in one vector of 64 bytes; rows of all block matrices are padded to a multiple of it.
template <typename T>
constexpr int64_t lanes = 64 / sizeof(T);

template <typename T>
constexpr int64_t padded(int64_t width) {
  return (width + lanes<T> - 1) / lanes<T> * lanes<T>;
}

/// A row-major matrix whose rows are padded with zeros.
template <typename T>
struct Matrix {
  int64_t rows, stride;
  std::vector<T> values;

  Matrix(int64_t rows, int64_t width) : rows(rows), stride(padded<T>(width)), values(rows * stride, T(0)) {}
  T *row(int64_t r) { return values.data() + r * stride; }
  const T *row(int64_t r) const { return values.data() + r * stride; }
  T *data() { return values.data(); }
  const T *data() const { return values.data(); }
};

/// Copies `rows` rows of `width` elements between row-major matrices, a whole vector at a time where that stays inside the
/// destination's rows still to come (or their padding) and inside the source's.
template <typename T>
inline void copy_rows(int64_t rows, int64_t width, const T *from, int64_t from_stride, T *to, int64_t to_stride) {
  const int64_t wide = padded<T>(width);
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t left = rows - r - 1;
    if (left * from_stride + width >= wide && left * to_stride + width >= wide) {
      for (int64_t j = 0; j < wide; j += lanes<T>) __builtin_memcpy(to + r * to_stride + j, from + r * from_stride + j, 64);
    } else {
      __builtin_memcpy(to + r * to_stride, from + r * from_stride, width * sizeof(T));
    }
  }
}

/// c[r, j] += sum_k a[r * a_row + k * a_depth] * b[k, j] for r < rows and the padded columns j < width.
void accumulate(int64_t rows, int64_t width, int64_t depth, const float *a, int64_t a_row, int64_t a_depth, const float *b,
                int64_t b_stride, float *c, int64_t c_stride);
void accumulate(int64_t rows, int64_t width, int64_t depth, const double *a, int64_t a_row, int64_t a_depth, const double *b,
                int64_t b_stride, double *c, int64_t c_stride);

/// Every row of the padded matrix becomes `row`, which is as long as its stride.
void fill_rows(int64_t rows, int64_t stride, const float *row, float *matrix);
void fill_rows(int64_t rows, int64_t stride, const double *row, double *matrix);

/// values = max(values, 0); the count is a multiple of the vector length.
void rectify(int64_t count, float *values);
void rectify(int64_t count, double *values);

/// values = 0 where the reference is not positive: the derivative of a ReLU with that output.
void mask(int64_t count, const float *reference, float *values);
void mask(int64_t count, const double *reference, double *values);

}  // namespace block
