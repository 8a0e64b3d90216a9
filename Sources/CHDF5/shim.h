#ifndef IMPLICIT_CHDF5_SHIM_H
#define IMPLICIT_CHDF5_SHIM_H

#include <hdf5.h>

#endif
