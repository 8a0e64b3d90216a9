#include <ATen/Parallel.h>
#include <torch/library.h>
#include <torch/torch.h>

#include <cmath>
#include <map>
#include <mutex>

#include "block_product.h"
#include "no_gradient.h"
#include "periodic_fields.h"

namespace {

using block::Matrix;

/// exp(2 pi i n / N), exact where it is 1, i, -1 or -i.
struct Roots {
  std::vector<double> cosine, sine;
  explicit Roots(int64_t size) : cosine(size), sine(size) {
    for (int64_t n = 0; n < size; ++n) {
      const double angle = 2 * M_PI * double(n) / double(size);
      cosine[n] = 4 * n == size || 4 * n == 3 * size ? 0 : std::cos(angle);
      sine[n] = 2 * n == size ? 0 : std::sin(angle);
    }
  }
};

/// The tables of one grid.
template <typename T>
struct Grid {
  int64_t size, cutoff, half;
  /// cos(k x) and sin(k x) for the points 0 ... N / 2, [half, K + 1], rows not padded.
  std::vector<T> cosine, sine;
  /// Real [2 K + 2, N] and, divided by N^2, [N, 2 K + 2]: cosine and sine of ky y beside each other.
  Matrix<T> to_points, to_modes;

  explicit Grid(int64_t n)
      : size(n), cutoff((n - 1) / 3), half(n / 2 + 1), cosine(half * (cutoff + 1)), sine(half * (cutoff + 1)),
        to_points(2 * cutoff + 2, n), to_modes(n, 2 * cutoff + 2) {
    const Roots roots(n);
    for (int64_t k = 0; k <= cutoff; ++k) {
      for (int64_t x = 0; x < half; ++x) {
        cosine[x * (cutoff + 1) + k] = T(roots.cosine[k * x % n]);
        sine[x * (cutoff + 1) + k] = T(roots.sine[k * x % n]);
      }
      const double share = 1 / (double(n) * double(n));
      for (int64_t y = 0; y < n; ++y) {
        // Columns above 0 stand for two modes.
        to_points.row(2 * k)[y] = T((k == 0 ? 1 : 2) * roots.cosine[k * y % n]);
        to_points.row(2 * k + 1)[y] = T((k == 0 ? -1 : -2) * roots.sine[k * y % n]);
        to_modes.row(y)[2 * k] = T(share * roots.cosine[k * y % n]);
        to_modes.row(y)[2 * k + 1] = T(-share * roots.sine[k * y % n]);
      }
    }
  }

  /// The tables of a size are made once and live as long as the process: a program has a few grids.
  static std::shared_ptr<const Grid> of(int64_t size) {
    static std::mutex lock;
    static std::map<int64_t, std::shared_ptr<const Grid>> known;
    const std::lock_guard<std::mutex> guard(lock);
    auto &grid = known[size];
    if (grid == nullptr) grid = std::make_shared<const Grid>(size);
    return grid;
  }

  /// Reals of one line of modes, and of all modes of a sample.
  int64_t line() const { return 2 * cutoff + 2; }
  int64_t modes() const { return (2 * cutoff + 1) * line(); }
  /// Where the line of wave number -k begins, k >= 1.
  int64_t negative(int64_t k) const { return (2 * cutoff + 1 - k) * line(); }
};

/// A pair of fields over the waves 0 ... K along x, or over the points 0 ... N / 2: what the cosine and the sine meet.
template <typename T>
struct Parts {
  Matrix<T> even, odd;
  Parts(int64_t rows, int64_t width) : even(rows, width), odd(rows, width) {}
};

template <typename T>
void clear(Matrix<T> &matrix) {
  std::fill(matrix.values.begin(), matrix.values.end(), T(0));
}

/// The memory that transforms of one sample need.
template <typename T>
class Transform {
 public:
  const Grid<T> &grid;
  /// P and i M before `points`, or A and B of m_k = A - i B, m_-k = A + i B after `waves`; [K + 1, 2 K + 2].
  Parts<T> along;

  explicit Transform(const Grid<T> &grid)
      : grid(grid), along(grid.cutoff + 1, grid.line()), halves(grid.half, grid.line()), lines(grid.size, grid.line()) {}

  /// The points of the modes in `along`.
  void points(Matrix<T> &field) {
    const int64_t n = grid.size, width = lines.stride, waves = grid.cutoff + 1;
    clear(halves.even);
    clear(halves.odd);
    block::accumulate(grid.half, width, waves, grid.cosine.data(), waves, 1, along.even.data(), width, halves.even.data(), width);
    block::accumulate(grid.half, width, waves, grid.sine.data(), waves, 1, along.odd.data(), width, halves.odd.data(), width);
    for (int64_t x = 0; x < grid.half; ++x) {
      const T *__restrict even = halves.even.row(x), *__restrict odd = halves.odd.row(x);
      T *__restrict there = lines.row(x), *__restrict mirrored = lines.row((n - x) % n);
      // x = 0 and N / 2 are their own mirrors, and have no odd part.
      if (there == mirrored) {
        std::copy_n(even, width, there);
        continue;
      }
      for (int64_t j = 0; j < width; ++j) there[j] = even[j] + odd[j];
      for (int64_t j = 0; j < width; ++j) mirrored[j] = even[j] - odd[j];
    }
    clear(field);
    block::accumulate(n, field.stride, grid.line(), lines.data(), width, 1, grid.to_points.data(), field.stride, field.data(),
                      field.stride);
  }

  /// The modes of the points, as sums `along.even` and `along.odd`.
  void waves(const Matrix<T> &field) {
    const int64_t n = grid.size, width = lines.stride, waves = grid.cutoff + 1;
    clear(lines);
    block::accumulate(n, width, n, field.data(), field.stride, 1, grid.to_modes.data(), width, lines.data(), width);
    for (int64_t x = 0; x < grid.half; ++x) {
      T *__restrict even = halves.even.row(x), *__restrict odd = halves.odd.row(x);
      const T *__restrict there = lines.row(x), *__restrict mirrored = lines.row((n - x) % n);
      if (there == mirrored) {
        std::copy_n(there, width, even);
        std::fill_n(odd, width, T(0));
        continue;
      }
      for (int64_t j = 0; j < width; ++j) even[j] = there[j] + mirrored[j];
      for (int64_t j = 0; j < width; ++j) odd[j] = there[j] - mirrored[j];
    }
    clear(along.even);
    clear(along.odd);
    block::accumulate(waves, width, grid.half, grid.cosine.data(), 1, waves, halves.even.data(), width, along.even.data(), width);
    block::accumulate(waves, width, grid.half, grid.sine.data(), 1, waves, halves.odd.data(), width, along.odd.data(), width);
  }

 private:
  Parts<T> halves;
  Matrix<T> lines;
};

/// P and i M of the modes of one sample.
template <typename T>
void take_pairs(const T *modes, Transform<T> &transform) {
  const Grid<T> &grid = transform.grid;
  for (int64_t k = 0; k <= grid.cutoff; ++k) {
    T *__restrict even = transform.along.even.row(k), *__restrict odd = transform.along.odd.row(k);
    const T *__restrict plus = modes + k * grid.line();
    if (k == 0) {
      std::copy_n(plus, grid.line(), even);
      std::fill_n(odd, grid.line(), T(0));
      continue;
    }
    const T *__restrict minus = modes + grid.negative(k);
    for (int64_t j = 0; j < grid.line(); j += 2) {
      even[j] = plus[j] + minus[j];
      even[j + 1] = plus[j + 1] + minus[j + 1];
      odd[j] = minus[j + 1] - plus[j + 1];
      odd[j + 1] = plus[j] - minus[j];
    }
  }
}

/// m_k = A - i B and m_-k = A + i B.
template <typename T>
void give_pairs(const Transform<T> &transform, T *modes) {
  const Grid<T> &grid = transform.grid;
  for (int64_t k = 0; k <= grid.cutoff; ++k) {
    const T *__restrict even = transform.along.even.row(k), *__restrict odd = transform.along.odd.row(k);
    T *__restrict plus = modes + k * grid.line();
    if (k == 0) {
      std::copy_n(even, grid.line(), plus);
      continue;
    }
    T *__restrict minus = modes + grid.negative(k);
    for (int64_t j = 0; j < grid.line(); j += 2) {
      plus[j] = even[j] + odd[j + 1];
      plus[j + 1] = even[j + 1] - odd[j];
      minus[j] = even[j] - odd[j + 1];
      minus[j + 1] = even[j + 1] + odd[j];
    }
  }
}

/// The two components of the velocity of a vorticity, u = (i ky, -i kx) / k^2 omega, before `points`.
template <typename T>
void take_velocity(const T *vorticity, Transform<T> &x, Transform<T> &y) {
  const Grid<T> &grid = x.grid;
  for (int64_t k = 0; k <= grid.cutoff; ++k) {
    T *__restrict even_x = x.along.even.row(k), *__restrict odd_x = x.along.odd.row(k);
    T *__restrict even_y = y.along.even.row(k), *__restrict odd_y = y.along.odd.row(k);
    const T *__restrict plus = vorticity + k * grid.line();
    const T *__restrict minus = k == 0 ? plus : vorticity + grid.negative(k);
    // The line k = 0 is its own pair: half of the sum, and no difference.
    const T share = k == 0 ? T(0.5) : T(1);
    for (int64_t l = 0; l <= grid.cutoff; ++l) {
      const T inverse = k + l == 0 ? T(0) : share / T(k * k + l * l);
      const T fx = T(l) * inverse, fy = T(k) * inverse;
      const T sum_re = plus[2 * l] + minus[2 * l], sum_im = plus[2 * l + 1] + minus[2 * l + 1];
      const T gap_re = plus[2 * l] - minus[2 * l], gap_im = plus[2 * l + 1] - minus[2 * l + 1];
      even_x[2 * l] = -fx * sum_im;
      even_x[2 * l + 1] = fx * sum_re;
      odd_x[2 * l] = -fx * gap_re;
      odd_x[2 * l + 1] = -fx * gap_im;
      even_y[2 * l] = fy * gap_im;
      even_y[2 * l + 1] = -fy * gap_re;
      odd_y[2 * l] = fy * sum_re;
      odd_y[2 * l + 1] = fy * sum_im;
    }
  }
}

/// (ky^2 - kx^2) p - kx ky q of the modes after `waves`.
template <typename T>
void give_curl(const Transform<T> &p, const Transform<T> &q, T *modes) {
  const Grid<T> &grid = p.grid;
  for (int64_t k = 0; k <= grid.cutoff; ++k) {
    const T *__restrict even_p = p.along.even.row(k), *__restrict odd_p = p.along.odd.row(k);
    const T *__restrict even_q = q.along.even.row(k), *__restrict odd_q = q.along.odd.row(k);
    T *plus = modes + k * grid.line();
    T *minus = k == 0 ? plus : modes + grid.negative(k);
    for (int64_t l = 0; l <= grid.cutoff; ++l) {
      const T fp = T(l * l - k * k), fq = T(-k * l);
      // fp A_p - i fq B_q is the same in both lines, fq A_q - i fp B_p changes its sign.
      const T same_re = fp * even_p[2 * l] + fq * odd_q[2 * l + 1], same_im = fp * even_p[2 * l + 1] - fq * odd_q[2 * l];
      const T turn_re = fq * even_q[2 * l] + fp * odd_p[2 * l + 1], turn_im = fq * even_q[2 * l + 1] - fp * odd_p[2 * l];
      minus[2 * l] = same_re - turn_re;
      minus[2 * l + 1] = same_im - turn_im;
      plus[2 * l] = same_re + turn_re;
      plus[2 * l + 1] = same_im + turn_im;
    }
  }
}

/// Runs `body(sample)` for all samples; each thread has a copy of it.
template <typename Body>
void for_each_sample(int64_t samples, const Body &body) {
  at::parallel_for(0, samples, 1, [&](int64_t begin, int64_t end) {
    Body own = body;
    for (int64_t sample = begin; sample < end; ++sample) own(sample);
  });
}

/// [..., 2 K + 1, K + 1] of a grid of `size` points.
void check_modes(const char *name, const at::Tensor &modes, int64_t size) {
  TORCH_CHECK(size >= 4, name, ": expected a grid of at least 4 points, found ", size);
  const int64_t cutoff = (size - 1) / 3;
  TORCH_CHECK(modes.is_complex() && modes.dim() >= 2 && modes.size(-2) == 2 * cutoff + 1 && modes.size(-1) == cutoff + 1, name,
              ": expected complex modes [..., ", 2 * cutoff + 1, ", ", cutoff + 1, "], found ", modes.sizes());
}

/// The sizes of a tensor with others in place of its last two.
std::vector<int64_t> reshaped(const at::Tensor &tensor, std::initializer_list<int64_t> last) {
  std::vector<int64_t> shape(tensor.sizes().begin(), tensor.sizes().end() - 2);
  shape.insert(shape.end(), last);
  return shape;
}

at::Tensor periodic_fields(const at::Tensor &modes, int64_t size) {
  check_modes("periodic_fields", modes, size);
  const at::Tensor source = at::view_as_real(modes.resolve_conj().contiguous());
  at::Tensor out = at::empty(reshaped(modes, {size, size}), source.options());
  AT_DISPATCH_FLOATING_TYPES(source.scalar_type(), "implicit::periodic_fields", [&] {
    const auto grid = Grid<scalar_t>::of(size);
    const scalar_t *from = source.const_data_ptr<scalar_t>();
    scalar_t *to = out.data_ptr<scalar_t>();
    for_each_sample(out.numel() / (size * size),
                    [=, transform = Transform<scalar_t>(*grid), field = Matrix<scalar_t>(size, size)](int64_t sample) mutable {
                      take_pairs(from + sample * grid->modes(), transform);
                      transform.points(field);
                      block::copy_rows(size, size, field.data(), field.stride, to + sample * size * size, size);
                    });
  });
  return out;
}

at::Tensor periodic_modes(const at::Tensor &fields) {
  TORCH_CHECK(fields.dim() >= 2 && fields.size(-1) == fields.size(-2) && fields.size(-1) >= 4,
              "periodic_modes: expected fields [..., N, N] with N >= 4, found ", fields.sizes());
  const int64_t size = fields.size(-1), cutoff = (size - 1) / 3;
  const at::Tensor source = fields.contiguous();
  at::Tensor out = at::empty(reshaped(fields, {2 * cutoff + 1, cutoff + 1, 2}), source.options());
  AT_DISPATCH_FLOATING_TYPES(source.scalar_type(), "implicit::periodic_modes", [&] {
    const auto grid = Grid<scalar_t>::of(size);
    const scalar_t *from = source.const_data_ptr<scalar_t>();
    scalar_t *to = out.data_ptr<scalar_t>();
    for_each_sample(source.numel() / (size * size),
                    [=, transform = Transform<scalar_t>(*grid), field = Matrix<scalar_t>(size, size)](int64_t sample) mutable {
                      block::copy_rows(size, size, from + sample * size * size, size, field.data(), field.stride);
                      transform.waves(field);
                      give_pairs(transform, to + sample * grid->modes());
                    });
  });
  return at::view_as_complex(out);
}

/// Modes of curl div (u u' + u' u), u the velocity of a flow, u' that of a change of its vorticity.
at::Tensor advection_change(const at::Tensor &change, const at::Tensor &velocity) {
  TORCH_CHECK(velocity.dim() == 4 && velocity.size(1) == 2 && velocity.size(2) == velocity.size(3),
              "advection_change: expected velocities [B, 2, N, N], found ", velocity.sizes());
  const int64_t samples = velocity.size(0), size = velocity.size(3);
  check_modes("advection_change", change, size);
  TORCH_CHECK(change.dim() == 3 && change.size(0) == samples, "advection_change: expected the changes of ", samples,
              " flows, found ", change.sizes());
  const at::Tensor source = at::view_as_real(change.resolve_conj().contiguous()), flow = velocity.contiguous();
  TORCH_CHECK(source.scalar_type() == flow.scalar_type(), "advection_change: changes and velocities are of different types");
  at::Tensor out = at::empty_like(source);
  AT_DISPATCH_FLOATING_TYPES(source.scalar_type(), "implicit::advection_change", [&] {
    const auto grid = Grid<scalar_t>::of(size);
    const scalar_t *from = source.const_data_ptr<scalar_t>(), *speeds = flow.const_data_ptr<scalar_t>();
    scalar_t *to = out.data_ptr<scalar_t>();
    for_each_sample(samples, [=, x = Transform<scalar_t>(*grid), y = Transform<scalar_t>(*grid), p = Matrix<scalar_t>(size, size),
                              q = Matrix<scalar_t>(size, size)](int64_t sample) mutable {
      take_velocity(from + sample * grid->modes(), x, y);
      x.points(p);
      y.points(q);
      const scalar_t *ux = speeds + sample * 2 * size * size, *uy = ux + size * size;
      for (int64_t i = 0; i < size; ++i) {
        scalar_t *__restrict first = p.row(i), *__restrict second = q.row(i);
        for (int64_t j = 0; j < size; ++j) {
          // The changes of u_x u_y and u_y^2 - u_x^2.
          const scalar_t vx = first[j], vy = second[j], wx = ux[i * size + j], wy = uy[i * size + j];
          first[j] = wx * vy + wy * vx;
          second[j] = 2 * (wy * vy - wx * vx);
        }
      }
      x.waves(p);
      y.waves(q);
      give_curl(x, y, to + sample * grid->modes());
    });
  });
  return at::view_as_complex(out);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(implicit, library) {
  library.def(kernels::periodic_fields_schema);
  library.def(kernels::periodic_modes_schema);
  library.def(kernels::advection_change_schema);
}

TORCH_LIBRARY_IMPL(implicit, CPU, library) {
  library.impl("periodic_fields", periodic_fields);
  library.impl("periodic_modes", periodic_modes);
  library.impl("advection_change", advection_change);
}

TORCH_LIBRARY_IMPL(implicit, Autograd, library) {
  for (const char *name : {"periodic_fields", "periodic_modes", "advection_change"}) {
    library.impl(name, torch::CppFunction::makeFromBoxedFunction<&kernels::refuse_gradients>());
  }
}
