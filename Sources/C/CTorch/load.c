/* Finds the library of the boundary beside the program, and the table of functions in it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "ctorch.h"

static ct_status failed(ct_error *error, const char *message) {
  if (error != NULL) error->message = strdup(message != NULL ? message : "unknown error of the dynamic loader");
  return CT_LIBTORCH;
}

void ct_error_clear(ct_error *error) {
  if (error == NULL) return;
  free(error->message);
  error->message = NULL;
}

ct_status ct_load(const ct_api **out, ct_error *error) {
  /* The search path of every program of this package begins with its own folder. Deep binding, because LibTorch brings its own BLAS
   * under the names of the system's one, which other libraries of a program (Clp's) may have brought in before. */
  void *library = dlopen("libimplicit-torch.so", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  if (library == NULL) return failed(error, dlerror());
  const ct_api *table = dlsym(library, "ct_api_table");
  if (table == NULL) return failed(error, dlerror());
  *out = table;
  return CT_OK;
}
