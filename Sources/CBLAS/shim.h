// The few entry points of OpenBLAS that moco calls.
#include <cblas.h>
