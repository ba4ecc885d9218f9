#include "processor.h"

#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

int moco_processor_level(void) {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma"))
    return 3;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 2;
  return __builtin_cpu_supports("avx") ? 1 : 0;
}

int moco_processor_has_bf16(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return moco_processor_level() == 3 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5)) != 0;
}

int moco_processor_has_vnni(void) { return moco_processor_level() == 3 && __builtin_cpu_supports("avx512vnni"); }

const char *moco_processor_vendor(void) {
  static _Thread_local char text[13];
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(0, &a, &b, &c, &d)) return "";
  memcpy(text, &b, 4);
  memcpy(text + 4, &d, 4);
  memcpy(text + 8, &c, 4);
  text[12] = 0;
  return text;
}

static unsigned signature(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) ? a : 0;
}

int moco_processor_family(void) {
  unsigned family = (signature() >> 8) & 0xf;
  return (int)(family == 0xf ? family + ((signature() >> 20) & 0xff) : family);
}

int moco_processor_model(void) {
  unsigned family = (signature() >> 8) & 0xf, model = (signature() >> 4) & 0xf;
  return (int)(family == 6 || family == 0xf ? model + (((signature() >> 16) & 0xf) << 4) : model);
}

const char *moco_processor_name(void) {
  static _Thread_local char text[49];
  unsigned words[12];
  for (unsigned leaf = 0; leaf < 3; leaf++) {
    unsigned *w = words + 4 * leaf;
    if (!__get_cpuid(0x80000002u + leaf, w, w + 1, w + 2, w + 3)) return "";
  }
  memcpy(text, words, 48);
  text[48] = 0;
  return text;
}
#else
int moco_processor_level(void) { return 0; }
int moco_processor_has_bf16(void) { return 0; }
int moco_processor_has_vnni(void) { return 0; }
const char *moco_processor_vendor(void) { return ""; }
int moco_processor_family(void) { return 0; }
int moco_processor_model(void) { return 0; }
const char *moco_processor_name(void) { return ""; }
#endif
