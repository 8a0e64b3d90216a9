#pragma once
// The functions of one hash instead of the general ones: they allocate nothing, ask no configuration and cannot fail, so that there is
// no error to hand on. OpenSSL calls them deprecated since 3.0, because its providers cannot replace them; that is why they are used.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
