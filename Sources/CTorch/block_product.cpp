#include "block_product.h"

// One binary serves several generations of processors: the loader picks the widest vectors there are.
#if defined(__x86_64__) && defined(__linux__)
#define IMPLICIT_MULTIVERSIONED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define IMPLICIT_MULTIVERSIONED
#endif

namespace {

/// `Rows` rows and one vector of columns, held in registers over the whole depth.
template <typename T, int Rows>
[[gnu::always_inline]] inline void tile(int64_t depth, const T *a, int64_t a_row, int64_t a_depth, const T *b,
                                        int64_t b_stride, T *c, int64_t c_stride) {
  typedef T Vector __attribute__((vector_size(64), aligned(sizeof(T)), may_alias));
  Vector sum[Rows];
  for (int r = 0; r < Rows; ++r) sum[r] = *reinterpret_cast<const Vector *>(c + r * c_stride);
  for (int64_t k = 0; k < depth; ++k) {
    const Vector row = *reinterpret_cast<const Vector *>(b + k * b_stride);
    for (int r = 0; r < Rows; ++r) sum[r] += a[r * a_row + k * a_depth] * row;
  }
  for (int r = 0; r < Rows; ++r) *reinterpret_cast<Vector *>(c + r * c_stride) = sum[r];
}

template <typename T>
[[gnu::always_inline]] inline void accumulate_tiles(int64_t rows, int64_t width, int64_t depth, const T *a,
                                                    int64_t a_row, int64_t a_depth, const T *b, int64_t b_stride, T *c,
                                                    int64_t c_stride) {
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

}  // namespace block
