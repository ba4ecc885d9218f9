// What the codecs share.
#ifndef MOCO_IMAGES_PRIVATE_H
#define MOCO_IMAGES_PRIVATE_H

#include "moco_images.h"

int moco_jpeg_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_image *image);
int moco_png_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_image *image);

void moco_image_say(moco_image *image, const char *message);

#endif
