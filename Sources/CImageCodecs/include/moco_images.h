// JPEG through libjpeg-turbo, PNG through libpng, WebP through libwebp, TIFF through libtiff and GIF through giflib, from
// and to memory, behind functions that return a status. Some of these libraries report errors by longjmp or print them;
// neither leaves the C files here.
#ifndef MOCO_IMAGES_H
#define MOCO_IMAGES_H

#include <stddef.h>
#include <stdint.h>

enum moco_image_kind {
  MOCO_IMAGE_UNKNOWN = 0,
  MOCO_IMAGE_JPEG = 1,
  MOCO_IMAGE_PNG = 2,
  MOCO_IMAGE_WEBP = 3,
  MOCO_IMAGE_GIF = 4,
  MOCO_IMAGE_TIFF = 5
};

enum moco_image_status {
  MOCO_IMAGE_OK = 0,
  MOCO_IMAGE_NOT_ONE = 1,    // none of these formats
  MOCO_IMAGE_CORRUPT = 2,    // damaged; `message` says how
  MOCO_IMAGE_TRUNCATED = 3,  // the bytes end inside the image
  MOCO_IMAGE_TOO_LARGE = 4,  // more pixels than allowed
  MOCO_IMAGE_NO_MEMORY = 5,
  MOCO_IMAGE_UNSUPPORTED = 6
};

// What a pixel is. CMYK counts ink: 0 is none. 16-bit grey is in the machine's byte order.
enum moco_image_form {
  MOCO_FORM_GREY = 0,
  MOCO_FORM_GREY_ALPHA = 1,
  MOCO_FORM_RGB = 2,
  MOCO_FORM_RGBA = 3,
  MOCO_FORM_CMYK = 4,
  MOCO_FORM_GREY16 = 5
};

// What a reader assumes or leaves aside.
enum moco_image_note {
  MOCO_NOTE_ALPHA = 1,          // there is transparency
  MOCO_NOTE_DEEP = 2,           // 16 bits a colour, of which the high byte is taken
  MOCO_NOTE_ORIENTATION = 4,    // an orientation other than upright is not applied
  MOCO_NOTE_TURNED = 8,         // such an orientation is applied
  MOCO_NOTE_WHITE_IS_ZERO = 16, // 16-bit grey that counts from white
  MOCO_NOTE_GAMMA = 32,         // a gamma other than sRGB's is not applied
  MOCO_NOTE_PROFILE = 64        // a colour profile other than sRGB is not applied
};

typedef struct {
  uint8_t *pixels;  // rows from top to bottom, channels side by side; free() it
  uint32_t width, height;
  uint32_t form;        // moco_image_form
  uint32_t by_nearest;  // a palette or one bit: Pillow resizes such images without filter
  uint32_t notes;       // moco_image_note, or-ed
  uint32_t frames;      // pictures in the file, of which the first is taken; at least 1
  uint32_t first, columns;  // `pixels` holds these columns of each row; all of them unless fewer were asked for
  char message[208];    // of the library, when the status is an error
} moco_image;

// What the first bytes say.
int moco_image_kind_of(const uint8_t *bytes, size_t count);

// Bytes of a pixel.
uint32_t moco_form_bytes(uint32_t form);

// Decodes the first picture of a file in the form that the file has, a palette expanded to RGB. Gamma and colour profiles
// are ignored; so are orientations, but TIFF's. Colour of 16 bits is cut to its high byte.
int moco_image_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, moco_image *image);

// Of an image of this size, the columns from *first to before *last are wanted; both come as those of the whole.
typedef void moco_columns(void *context, uint32_t width, uint32_t height, uint32_t *first, uint32_t *last);

// The same, with at least the columns that `wanted` asks for, where the format allows to leave others out. Their pixels are
// those of the whole, and damage is found as in the whole.
int moco_image_decode_columns(const uint8_t *bytes, size_t count, uint64_t max_pixels, moco_columns *wanted, void *context,
                              moco_image *image);

// All but `pixels`, from the header (and the structure of the file where that takes no decoding).
int moco_image_header(const uint8_t *bytes, size_t count, moco_image *image);

// `count` pixels as 1 byte (grey) or 3 (all others): alpha is dropped, ink becomes light without a profile. 16-bit grey is
// value · 255 / 65535, rounded; or clipped at 255 where `clip` is not 0. `out` may be `in`.
void moco_pixels_plain(uint32_t form, int clip, const uint8_t *in, size_t count, uint8_t *out);

// Writes an 8-bit PNG, 1 channel grey or 3 channels RGB. *output (free()) has *output_count bytes.
int moco_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **output,
                    size_t *output_count);

// Writes a baseline JPEG of the given quality (1 … 100), 1 channel grey or 3 channels RGB.
int moco_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int quality,
                     uint8_t **output, size_t *output_count);

#endif
