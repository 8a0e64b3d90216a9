#include "block_product.h"

#include <type_traits>

// One binary serves several generations of processors: the loader picks the widest vectors there are.
#if defined(__x86_64__) && defined(__linux__)
#define IMPLICIT_MULTIVERSIONED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define IMPLICIT_MULTIVERSIONED
#endif

namespace {

template <typename T>
struct Vectors {
  typedef T Values __attribute__((vector_size(64), aligned(sizeof(T)), may_alias));
  using Bit = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
  typedef Bit Bits __attribute__((vector_size(64), aligned(sizeof(T)), may_alias));
};

template <typename T>
[[gnu::always_inline]] inline void fill(int64_t rows, int64_t stride, const T *row, T *matrix) {
  using Values = typename Vectors<T>::Values;
  for (int64_t j = 0; j < stride; j += 64 / int64_t(sizeof(T))) {
    const Values value = *reinterpret_cast<const Values *>(row + j);
    for (int64_t r = 0; r < rows; ++r) *reinterpret_cast<Values *>(matrix + r * stride + j) = value;
  }
}

/// Keeps the bits of a value unless the reference is at most zero: a NaN stays visible.
template <typename T>
[[gnu::always_inline]] inline void keep_unless_negative(int64_t count, const T *reference, T *values) {
  using Values = typename Vectors<T>::Values;
  using Bits = typename Vectors<T>::Bits;
  for (int64_t i = 0; i < count; i += 64 / int64_t(sizeof(T))) {
    const Values seen = *reinterpret_cast<const Values *>(reference + i);
    Bits *target = reinterpret_cast<Bits *>(values + i);
    *target = *target & ~(seen <= T(0));
  }
}

/// `Rows` rows and one vector of columns, held in registers over the whole depth.
template <typename T, int Rows>
[[gnu::always_inline]] inline void tile(int64_t depth, const T *a, int64_t a_row, int64_t a_depth, const T *b, int64_t b_stride,
                                        T *c, int64_t c_stride) {
  using Vector = typename Vectors<T>::Values;
  Vector sum[Rows];
  for (int r = 0; r < Rows; ++r) sum[r] = *reinterpret_cast<const Vector *>(c + r * c_stride);
  for (int64_t k = 0; k < depth; ++k) {
    const Vector row = *reinterpret_cast<const Vector *>(b + k * b_stride);
    for (int r = 0; r < Rows; ++r) sum[r] += a[r * a_row + k * a_depth] * row;
  }
  for (int r = 0; r < Rows; ++r) *reinterpret_cast<Vector *>(c + r * c_stride) = sum[r];
}

template <typename T>
[[gnu::always_inline]] inline void accumulate_tiles(int64_t rows, int64_t width, int64_t depth, const T *a, int64_t a_row,
                                                    int64_t a_depth, const T *b, int64_t b_stride, T *c, int64_t c_stride) {
  constexpr int tall = 6;
  for (int64_t j = 0; j < width; j += 64 / int64_t(sizeof(T))) {
    int64_t r = 0;
    for (; r + tall <= rows; r += tall) {
      tile<T, tall>(depth, a + r * a_row, a_row, a_depth, b + j, b_stride, c + r * c_stride + j, c_stride);
    }
    for (; r < rows; ++r) {
      tile<T, 1>(depth, a + r * a_row, a_row, a_depth, b + j, b_stride, c + r * c_stride + j, c_stride);
    }
  }
}

}  // namespace

namespace block {

IMPLICIT_MULTIVERSIONED void accumulate(int64_t rows, int64_t width, int64_t depth, const float *a, int64_t a_row,
                                        int64_t a_depth, const float *b, int64_t b_stride, float *c, int64_t c_stride) {
  accumulate_tiles<float>(rows, width, depth, a, a_row, a_depth, b, b_stride, c, c_stride);
}

IMPLICIT_MULTIVERSIONED void accumulate(int64_t rows, int64_t width, int64_t depth, const double *a, int64_t a_row,
                                        int64_t a_depth, const double *b, int64_t b_stride, double *c, int64_t c_stride) {
  accumulate_tiles<double>(rows, width, depth, a, a_row, a_depth, b, b_stride, c, c_stride);
}

IMPLICIT_MULTIVERSIONED void fill_rows(int64_t rows, int64_t stride, const float *row, float *matrix) {
  fill<float>(rows, stride, row, matrix);
}
IMPLICIT_MULTIVERSIONED void rectify(int64_t count, float *values) { keep_unless_negative<float>(count, values, values); }
IMPLICIT_MULTIVERSIONED void mask(int64_t count, const float *reference, float *values) {
  keep_unless_negative<float>(count, reference, values);
}

IMPLICIT_MULTIVERSIONED void fill_rows(int64_t rows, int64_t stride, const double *row, double *matrix) {
  fill<double>(rows, stride, row, matrix);
}
IMPLICIT_MULTIVERSIONED void rectify(int64_t count, double *values) { keep_unless_negative<double>(count, values, values); }
IMPLICIT_MULTIVERSIONED void mask(int64_t count, const double *reference, double *values) {
  keep_unless_negative<double>(count, reference, values);
}

}  // namespace block
