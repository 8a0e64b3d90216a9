// The table of all functions of the boundary, which ct_load finds by its name.

#include "ctorch.h"

#define CT_ADDRESS(name) .name = ct_##name,

extern "C" {
// A constant is local to its file in C++ unless it is declared.
extern const ct_api ct_api_table;
const ct_api ct_api_table = {CT_FUNCTIONS(CT_ADDRESS)};
}
