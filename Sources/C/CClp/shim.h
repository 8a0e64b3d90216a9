#ifndef IMPLICIT_CCLP_SHIM_H
#define IMPLICIT_CCLP_SHIM_H

#include <coin/Clp_C_Interface.h>

#endif
