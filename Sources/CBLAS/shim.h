// The few entry points of OpenBLAS that moco calls.
#ifndef MOCO_CBLAS_SHIM_H
#define MOCO_CBLAS_SHIM_H

#include <cblas.h>

#endif
