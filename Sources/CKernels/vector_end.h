// Closes a copy opened by vector_body.h.
#undef F8
#undef I8
#undef D8
#undef INLINE
#undef LOAD
#undef STORE
#undef SPLAT
#undef SELECT
#undef MOCO_VARIANT
#undef MOCO_LEVEL
