// Closes vector_math.h.
#undef SPLATI
#undef ABS8
#undef INFINITE
