#include "images.h"

#include <string.h>

int moco_image_kind_of(const uint8_t *bytes, size_t count) {
  static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (count >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF) return MOCO_IMAGE_JPEG;
  if (count >= 8 && memcmp(bytes, png, 8) == 0) return MOCO_IMAGE_PNG;
  return MOCO_IMAGE_UNKNOWN;
}

void moco_image_say(moco_image *image, const char *message) {
  size_t length = strlen(message);
  if (length >= sizeof image->message) length = sizeof image->message - 1;
  memcpy(image->message, message, length);
  image->message[length] = 0;
}

static int decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_image *image) {
  memset(image, 0, sizeof *image);
  switch (moco_image_kind_of(bytes, count)) {
    case MOCO_IMAGE_JPEG: return moco_jpeg_decode(bytes, count, max_pixels, header_only, image);
    case MOCO_IMAGE_PNG: return moco_png_decode(bytes, count, max_pixels, header_only, image);
    default: return MOCO_IMAGE_NOT_ONE;
  }
}

int moco_image_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, moco_image *image) {
  return decode(bytes, count, max_pixels, 0, image);
}

int moco_image_header(const uint8_t *bytes, size_t count, moco_image *image) {
  return decode(bytes, count, UINT64_MAX, 1, image);
}
