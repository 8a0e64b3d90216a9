/* The C boundary over LibTorch.
 *
 * Rules, without exception:
 * - Every function that can fail returns a ct_status and fills *error when that is not CT_OK; outputs are written last,
 *   so on failure they are untouched. No C++ exception crosses this header.
 * - A `ct_tensor *` that a function writes to an output belongs to the caller, who frees it once with ct_tensor_free.
 *   Arguments are borrowed.
 * - Operators of LibTorch, and our own, are called by schema name through ct_call: one door for all of them.
 * - LibTorch is loaded when it is first needed: ct_load opens the library that holds these functions and gives their table.
 *   A program that computes nothing starts without LibTorch's 400 MB.
 */
#ifndef IMPLICIT_CTORCH_H
#define IMPLICIT_CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor ct_tensor;
typedef struct ct_operator ct_operator;
typedef struct ct_flop_counter ct_flop_counter;
typedef struct ct_memory_meter ct_memory_meter;

typedef enum {
  CT_OK = 0,
  CT_LIBTORCH = 1,      /* LibTorch refused: shapes, types, devices */
  CT_ARGUMENT = 2,      /* this boundary refused its arguments */
  CT_OUT_OF_MEMORY = 3,
  CT_UNKNOWN = 4        /* an exception that is not LibTorch's */
} ct_status;

/* `message` is NULL or allocated; free it with ct_error_clear. */
typedef struct {
  char *message;
} ct_error;

void ct_error_clear(ct_error *error);

typedef enum {
  CT_FLOAT32 = 0,
  CT_FLOAT64 = 1,
  CT_BFLOAT16 = 2,
  CT_FLOAT16 = 3,
  CT_INT64 = 4,
  CT_INT32 = 5,
  CT_UINT8 = 6,
  CT_BOOL = 7,
  CT_COMPLEX64 = 8,
  CT_COMPLEX128 = 9
} ct_type;

/* index -1 is the CPU, N >= 0 is cuda:N. */
typedef struct {
  int32_t index;
} ct_device;

/* Tensors ---------------------------------------------------------------------------------------------------------- */

/* Copies `bytes` bytes of row-major data into a new tensor. `bytes` must be the product of the shape times the element size. */
ct_status ct_tensor_from_data(const void *data, size_t bytes, ct_type type, const int64_t *shape, int64_t rank,
                              ct_device device, ct_tensor **out, ct_error *error);
/* Copies the elements, row-major, into `data`; `bytes` must be exactly their size. */
ct_status ct_tensor_copy_out(const ct_tensor *tensor, void *data, size_t bytes, ct_error *error);
void ct_tensor_free(ct_tensor *tensor);

ct_status ct_tensor_rank(const ct_tensor *tensor, int64_t *out, ct_error *error);
ct_status ct_tensor_shape(const ct_tensor *tensor, int64_t *out, int64_t capacity, ct_error *error);
ct_status ct_tensor_type(const ct_tensor *tensor, ct_type *out, ct_error *error);
ct_status ct_tensor_device(const ct_tensor *tensor, ct_device *out, ct_error *error);
ct_status ct_tensor_requires_gradient(const ct_tensor *tensor, bool *out, ct_error *error);

/* Tensor handles alive in this process, over all threads. Cannot fail. */
int64_t ct_live_tensors(void);

/* Operators -------------------------------------------------------------------------------------------------------- */

typedef enum {
  CT_VALUE_DEFAULT = 0, /* the default of the schema */
  CT_VALUE_NONE = 1,
  CT_VALUE_TENSOR = 2,
  CT_VALUE_INT = 3,
  CT_VALUE_DOUBLE = 4,
  CT_VALUE_BOOL = 5,
  CT_VALUE_INTS = 6,    /* data: int64_t[count] */
  CT_VALUE_DOUBLES = 7, /* data: double[count] */
  CT_VALUE_TENSORS = 8, /* data: const ct_tensor *[count], none of them NULL */
  CT_VALUE_TEXT = 9,    /* data: UTF-8, count bytes */
  CT_VALUE_TYPE = 10,   /* integer: a ct_type */
  CT_VALUE_DEVICE = 11, /* integer: the index of a ct_device */
  CT_VALUE_OPTIONAL_TENSORS = 12 /* data: const ct_tensor *[count], NULL for none */
} ct_value_kind;

typedef struct {
  ct_value_kind kind;
  int64_t integer; /* CT_VALUE_INT, BOOL, TYPE, DEVICE */
  double number;   /* CT_VALUE_DOUBLE */
  const void *data; /* a ct_tensor for CT_VALUE_TENSOR, else as above */
  int64_t count;
} ct_value;

/* Finds an operator, for example ("aten::add", "Tensor"). The result lives as long as the process. */
ct_status ct_operator_find(const char *name, const char *overload, const ct_operator **out, ct_error *error);
/* Whether the schema says that the operator changes one of its arguments, as in-place ones and those with an `out` do. */
ct_status ct_operator_is_mutable(const ct_operator *op, bool *out, ct_error *error);

/* Calls an operator on positional arguments; missing trailing ones take the schema's default.
 * The results, tensors only (a list or tuple is flattened), go to `results`; `produced` receives their number. */
ct_status ct_call(const ct_operator *op, const ct_value *arguments, int64_t count, ct_tensor **results,
                  int64_t capacity, int64_t *produced, ct_error *error);

/* Gradients -------------------------------------------------------------------------------------------------------- */

/* A new handle on the same values, detached, that is a leaf; tracked when `requires_gradient`. */
ct_status ct_tensor_leaf(const ct_tensor *tensor, bool requires_gradient, ct_tensor **out, ct_error *error);

/* Vector-Jacobian products: results[j] = sum_i cotangents[i]^T d outputs[i] / d inputs[j]. A NULL cotangent means 1 and
 * needs a scalar output. An input that no output depends on gives NULL in `results` when `allow_unused`, else an error. */
ct_status ct_gradients(const ct_tensor *const *outputs, const ct_tensor *const *cotangents, int64_t output_count,
                       const ct_tensor *const *inputs, int64_t input_count, bool keep_graph, bool create_graph,
                       bool allow_unused, ct_tensor **results, ct_error *error);

/* Switches the tracking of gradients on the calling thread; `before`, if not NULL, receives how it was. */
ct_status ct_set_gradient_tracking(bool enabled, bool *before, ct_error *error);

/* The process ------------------------------------------------------------------------------------------------------ */

/* Version of LibTorch, for example "2.13.0". Cannot fail. */
const char *ct_version(void);
/* Number of CUDA devices; 0 when the LibTorch has no CUDA. */
ct_status ct_cuda_device_count(int64_t *out, ct_error *error);
/* Threads inside one operator. */
ct_status ct_set_threads(int64_t count, ct_error *error);
ct_status ct_threads(int64_t *out, ct_error *error);
/* Waits until the queued work of the device is done. */
ct_status ct_synchronize(ct_device device, ct_error *error);

/* Floating-point operations of the operators called by this thread between start and stop: matrix products, convolutions,
 * attention, sparse products, our own kernels, and FFTs (5 N log2 N, half of it where one side is real). A real multiply-add counts as
 * two, a complex one as eight. Element-wise work is not counted, nor are factorisations and gradients. */
ct_status ct_flops_start(ct_flop_counter **out, ct_error *error);
/* Frees the counter, which must be the one that this thread started. */
ct_status ct_flops_stop(ct_flop_counter *counter, double *out, ct_error *error);

/* The most bytes of tensors, gradients and temporaries that were there at one time between start and stop, allocated by
 * this thread and its backward passes in between. Both are called on the same thread. */
ct_status ct_memory_start(ct_memory_meter **out, ct_error *error);
/* Frees the meter, which must be the one that this thread started. */
ct_status ct_memory_stop(ct_memory_meter *meter, int64_t *out, ct_error *error);

/* Loading ---------------------------------------------------------------------------------------------------------- */

/* All functions above but ct_error_clear. */
#define CT_FUNCTIONS(X) \
  X(tensor_from_data) \
  X(tensor_copy_out) \
  X(tensor_free) \
  X(tensor_rank) \
  X(tensor_shape) \
  X(tensor_type) \
  X(tensor_device) \
  X(tensor_requires_gradient) \
  X(live_tensors) \
  X(operator_find) \
  X(operator_is_mutable) \
  X(call) \
  X(tensor_leaf) \
  X(gradients) \
  X(set_gradient_tracking) \
  X(version) \
  X(cuda_device_count) \
  X(set_threads) \
  X(threads) \
  X(synchronize) \
  X(flops_start) \
  X(flops_stop) \
  X(memory_start) \
  X(memory_stop)

#define CT_MEMBER(name) __typeof__(ct_##name) *name;
typedef struct {
  CT_FUNCTIONS(CT_MEMBER)
} ct_api;
#undef CT_MEMBER

/* Loads the boundary, and LibTorch with it. The table lives as long as the process. */
ct_status ct_load(const ct_api **out, ct_error *error);

#ifdef __cplusplus
}
#endif

#endif
