// What the codecs share.
#ifndef MOCO_IMAGES_PRIVATE_H
#define MOCO_IMAGES_PRIVATE_H

#include "moco_images.h"

typedef int moco_decoder(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_image *image);
moco_decoder moco_png_decode, moco_webp_decode, moco_gif_decode, moco_tiff_decode;

// As moco_decoder; `wanted` may be NULL.
int moco_jpeg_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_columns *wanted,
                     void *context, moco_image *image);

void moco_image_say(moco_image *image, const char *message);

// Notes an orientation in EXIF data (from the byte order mark on) that is not upright.
void moco_note_exif(moco_image *image, const uint8_t *bytes, size_t count);
// Notes an ICC profile that is not sRGB's.
void moco_note_profile(moco_image *image, const uint8_t *bytes, size_t count);

// a · b / 255, rounded.
static inline int moco_scaled(int a, int b) {
  int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

#endif
