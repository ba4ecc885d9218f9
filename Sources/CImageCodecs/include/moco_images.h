// JPEG through libjpeg-turbo and PNG through libpng, from and to memory, behind functions that return a status.
// Both libraries report errors by longjmp; it never leaves the C files here.
#ifndef MOCO_IMAGES_H
#define MOCO_IMAGES_H

#include <stddef.h>
#include <stdint.h>

enum moco_image_kind { MOCO_IMAGE_UNKNOWN = 0, MOCO_IMAGE_JPEG = 1, MOCO_IMAGE_PNG = 2 };

enum moco_image_status {
  MOCO_IMAGE_OK = 0,
  MOCO_IMAGE_NOT_ONE = 1,    // neither JPEG nor PNG
  MOCO_IMAGE_CORRUPT = 2,    // damaged; `message` says how
  MOCO_IMAGE_TRUNCATED = 3,  // the bytes end inside the image
  MOCO_IMAGE_TOO_LARGE = 4,  // more pixels than allowed
  MOCO_IMAGE_NO_MEMORY = 5,
  MOCO_IMAGE_UNSUPPORTED = 6
};

typedef struct {
  uint8_t *pixels;    // rows from top to bottom, channels side by side; free() it
  uint32_t width, height;
  uint32_t channels;  // 1 grey, 3 red green blue
  char message[208];  // of the library, when the status is an error
} moco_image;

// What the first bytes say.
int moco_image_kind_of(const uint8_t *bytes, size_t count);

// Decodes a JPEG (baseline, progressive; grey, YCbCr, RGB, CMYK, YCCK) or a PNG (every colour type and depth).
//
// The result is what Pillow's convert("RGB") gives, as one channel where it would be grey: alpha is dropped, a
// palette expanded, 16-bit colour cut to its high byte, 16-bit grey clipped at 255, CMYK taken as Adobe's
// inverted values. Orientation tags and colour profiles are ignored.
int moco_image_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, moco_image *image);

// Width, height and channels from the header alone; `pixels` stays null.
int moco_image_header(const uint8_t *bytes, size_t count, moco_image *image);

// Writes an 8-bit PNG, 1 channel grey or 3 channels RGB. *output (free()) has *output_count bytes.
int moco_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **output,
                    size_t *output_count);

// Writes a baseline JPEG of the given quality (1 … 100), 1 channel grey or 3 channels RGB.
int moco_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int quality,
                     uint8_t **output, size_t *output_count);

#endif
