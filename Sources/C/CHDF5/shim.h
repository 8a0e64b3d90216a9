#ifndef IMPLICIT_CHDF5_SHIM_H
#define IMPLICIT_CHDF5_SHIM_H

#include <hdf5.h>
#include <hdf5_hl.h>
#include <string.h>

// Swift sees neither macros over globals (H5T_NATIVE_INT is H5OPEN H5T_NATIVE_INT_g) nor function-like macros.
// Every one that the HDF5 module needs is a small function here.

#define CHDF5_CONSTANT(type, name, value) \
  static inline type chdf5_##name(void) { return value; }

CHDF5_CONSTANT(hid_t, default_properties, H5P_DEFAULT)
CHDF5_CONSTANT(hid_t, file_create_class, H5P_FILE_CREATE)
CHDF5_CONSTANT(hid_t, file_access_class, H5P_FILE_ACCESS)
CHDF5_CONSTANT(hid_t, group_create_class, H5P_GROUP_CREATE)
CHDF5_CONSTANT(hid_t, dataset_create_class, H5P_DATASET_CREATE)
CHDF5_CONSTANT(hid_t, link_create_class, H5P_LINK_CREATE)
CHDF5_CONSTANT(hid_t, attribute_create_class, H5P_ATTRIBUTE_CREATE)

// Keeps the metadata of a file in memory, up to 128 MiB of it. With the library's 2 MiB, headers of a file of many objects are dropped and
// read again while it is being written. That is the likely cause of a rare failure, "Read only entry modified" (H5C_unprotect): libhdf5
// 1.10 may want to tidy a header that it reads again, while it holds it for reading only.
static inline herr_t chdf5_keep_metadata(hid_t access) {
  H5AC_cache_config_t config;
  config.version = H5AC__CURR_CACHE_CONFIG_VERSION;
  if (H5Pget_mdc_config(access, &config) < 0) return -1;
  config.set_initial_size = 1;
  config.initial_size = (size_t)64 << 20;
  config.min_size = (size_t)64 << 20;
  config.max_size = (size_t)128 << 20;
  config.decr_mode = H5C_decr__off;
  return H5Pset_mdc_config(access, &config);
}

CHDF5_CONSTANT(unsigned, read_only, H5F_ACC_RDONLY)
CHDF5_CONSTANT(unsigned, read_write, H5F_ACC_RDWR)
CHDF5_CONSTANT(unsigned, truncate, H5F_ACC_TRUNC)
CHDF5_CONSTANT(unsigned, exclusive, H5F_ACC_EXCL)
CHDF5_CONSTANT(unsigned, every_object, H5F_OBJ_ALL)
CHDF5_CONSTANT(unsigned, objects_of_this_file, H5F_OBJ_DATASET | H5F_OBJ_GROUP | H5F_OBJ_DATATYPE | H5F_OBJ_ATTR | H5F_OBJ_LOCAL)
CHDF5_CONSTANT(hid_t, every_file, (hid_t)H5F_OBJ_ALL)

CHDF5_CONSTANT(hid_t, whole_space, H5S_ALL)
CHDF5_CONSTANT(hsize_t, unlimited, H5S_UNLIMITED)
CHDF5_CONSTANT(size_t, variable_size, H5T_VARIABLE)

CHDF5_CONSTANT(hid_t, native_int8, H5T_NATIVE_INT8)
CHDF5_CONSTANT(hid_t, native_int16, H5T_NATIVE_INT16)
CHDF5_CONSTANT(hid_t, native_int32, H5T_NATIVE_INT32)
CHDF5_CONSTANT(hid_t, native_int64, H5T_NATIVE_INT64)
CHDF5_CONSTANT(hid_t, native_uint8, H5T_NATIVE_UINT8)
CHDF5_CONSTANT(hid_t, native_uint16, H5T_NATIVE_UINT16)
CHDF5_CONSTANT(hid_t, native_uint32, H5T_NATIVE_UINT32)
CHDF5_CONSTANT(hid_t, native_uint64, H5T_NATIVE_UINT64)
CHDF5_CONSTANT(hid_t, native_float, H5T_NATIVE_FLOAT)
CHDF5_CONSTANT(hid_t, native_double, H5T_NATIVE_DOUBLE)
CHDF5_CONSTANT(hid_t, little_int8, H5T_STD_I8LE)
CHDF5_CONSTANT(hid_t, little_int16, H5T_STD_I16LE)
CHDF5_CONSTANT(hid_t, little_int32, H5T_STD_I32LE)
CHDF5_CONSTANT(hid_t, little_int64, H5T_STD_I64LE)
CHDF5_CONSTANT(hid_t, little_uint8, H5T_STD_U8LE)
CHDF5_CONSTANT(hid_t, little_uint16, H5T_STD_U16LE)
CHDF5_CONSTANT(hid_t, little_uint32, H5T_STD_U32LE)
CHDF5_CONSTANT(hid_t, little_uint64, H5T_STD_U64LE)
CHDF5_CONSTANT(hid_t, little_float, H5T_IEEE_F32LE)
CHDF5_CONSTANT(hid_t, little_double, H5T_IEEE_F64LE)
CHDF5_CONSTANT(hid_t, c_string, H5T_C_S1)

CHDF5_CONSTANT(hid_t, default_error_stack, H5E_DEFAULT)
// The globals themselves: the macros enter the library, which clears the error stack that is being read.
CHDF5_CONSTANT(hid_t, error_not_hdf5, H5E_NOTHDF5_g)
CHDF5_CONSTANT(hid_t, error_truncated, H5E_TRUNCATED_g)

#undef CHDF5_CONSTANT

// Functions whose 1.10 form got a suffix in later versions of the library.

#if H5_VERSION_GE(1, 12, 0)
#define CHDF5_OBJECT_INFO(location, name, info) H5Oget_info_by_name1(location, name, info, H5P_DEFAULT)
typedef H5O_info1_t chdf5_object_info;
typedef H5L_info1_t chdf5_link_info;
#define CHDF5_ITERATE H5Literate1
#else
#define CHDF5_OBJECT_INFO(location, name, info) H5Oget_info_by_name(location, name, info, H5P_DEFAULT)
typedef H5O_info_t chdf5_object_info;
typedef H5L_info_t chdf5_link_info;
#define CHDF5_ITERATE H5Literate
#endif

/// Type (an H5O_type_t) and address of the object that `name` leads to.
static inline herr_t chdf5_object(hid_t location, const char *name, int *type, unsigned long long *address) {
  chdf5_object_info info;
  herr_t status = CHDF5_OBJECT_INFO(location, name, &info);
  if (status >= 0) {
    *type = (int)info.type;
    *address = (unsigned long long)info.addr;
  }
  return status;
}

typedef void (*chdf5_name_visitor)(const char *name, void *context);

struct chdf5_name_visit {
  chdf5_name_visitor visit;
  void *context;
};

static inline herr_t chdf5_visit_link(hid_t group, const char *name, const chdf5_link_info *info, void *data) {
  (void)group;
  (void)info;
  struct chdf5_name_visit *visit = (struct chdf5_name_visit *)data;
  visit->visit(name, visit->context);
  return 0;
}

/// Calls `visit` with the name of every link of the group, in ascending order of names.
static inline herr_t chdf5_link_names(hid_t group, chdf5_name_visitor visit, void *context) {
  struct chdf5_name_visit data = {visit, context};
  hsize_t position = 0;
  return CHDF5_ITERATE(group, H5_INDEX_NAME, H5_ITER_INC, &position, chdf5_visit_link, &data);
}

/// Offset of the first occurrence of `pattern` in `bytes`, or -1.
static inline long chdf5_find(const void *bytes, long count, const void *pattern, long length) {
  const char *start = (const char *)bytes;
  const char *place = start;
  while (place != NULL && length > 0 && count - (place - start) >= length) {
    place = (const char *)memchr(place, *(const char *)pattern, (size_t)(count - (place - start) - length + 1));
    if (place != NULL && memcmp(place, pattern, (size_t)length) == 0) return place - start;
    if (place != NULL) place++;
  }
  return -1;
}

/// File locks as the file system offers them; where it offers none, the file is opened without.
static inline herr_t chdf5_lock_if_possible(hid_t file_access, int lock) {
#if H5_VERSION_GE(1, 10, 7) && !(H5_VERSION_GE(1, 12, 0) && !H5_VERSION_GE(1, 12, 1))
  return H5Pset_file_locking(file_access, lock != 0, 1);
#else
  (void)file_access, (void)lock;
  return 0;
#endif
}

#endif
