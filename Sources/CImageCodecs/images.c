#include "images.h"

#include <string.h>

int moco_image_kind_of(const uint8_t *bytes, size_t count) {
  static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (count >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF) return MOCO_IMAGE_JPEG;
  if (count >= 8 && memcmp(bytes, png, 8) == 0) return MOCO_IMAGE_PNG;
  if (count >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0) return MOCO_IMAGE_WEBP;
  if (count >= 6 && (memcmp(bytes, "GIF87a", 6) == 0 || memcmp(bytes, "GIF89a", 6) == 0)) return MOCO_IMAGE_GIF;
  if (count >= 4 && (memcmp(bytes, "II\x2A\0", 4) == 0 || memcmp(bytes, "II\x2B\0", 4) == 0)) return MOCO_IMAGE_TIFF;
  if (count >= 4 && (memcmp(bytes, "MM\0\x2A", 4) == 0 || memcmp(bytes, "MM\0\x2B", 4) == 0)) return MOCO_IMAGE_TIFF;
  return MOCO_IMAGE_UNKNOWN;
}

uint32_t moco_form_bytes(uint32_t form) {
  static const uint32_t bytes[6] = {1, 2, 3, 4, 4, 2};
  return form < 6 ? bytes[form] : 0;
}

void moco_image_say(moco_image *image, const char *message) {
  size_t length = strlen(message);
  if (length >= sizeof image->message) length = sizeof image->message - 1;
  memcpy(image->message, message, length);
  image->message[length] = 0;
}

static int decode_any(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_columns *wanted,
                      void *context, moco_image *image) {
  memset(image, 0, sizeof *image);
  image->frames = 1;
  switch (moco_image_kind_of(bytes, count)) {
    case MOCO_IMAGE_JPEG:
      return moco_jpeg_decode(bytes, count, max_pixels, header_only, wanted, context, image);
    case MOCO_IMAGE_PNG: return moco_png_decode(bytes, count, max_pixels, header_only, image);
    case MOCO_IMAGE_WEBP: return moco_webp_decode(bytes, count, max_pixels, header_only, image);
    case MOCO_IMAGE_GIF: return moco_gif_decode(bytes, count, max_pixels, header_only, image);
    case MOCO_IMAGE_TIFF: return moco_tiff_decode(bytes, count, max_pixels, header_only, image);
    default: return MOCO_IMAGE_NOT_ONE;
  }
}

static int decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_columns *wanted,
                  void *context, moco_image *image) {
  const int status = decode_any(bytes, count, max_pixels, header_only, wanted, context, image);
  if (image->columns == 0) image->columns = image->width;
  return status;
}

int moco_image_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, moco_image *image) {
  return decode(bytes, count, max_pixels, 0, NULL, NULL, image);
}

int moco_image_decode_columns(const uint8_t *bytes, size_t count, uint64_t max_pixels, moco_columns *wanted, void *context,
                              moco_image *image) {
  return decode(bytes, count, max_pixels, 0, wanted, context, image);
}

int moco_image_header(const uint8_t *bytes, size_t count, moco_image *image) {
  return decode(bytes, count, UINT64_MAX, 1, NULL, NULL, image);
}

void moco_pixels_plain(uint32_t form, int clip, const uint8_t *in, size_t count, uint8_t *out) {
  switch (form) {
    case MOCO_FORM_GREY_ALPHA:
      for (size_t i = 0; i < count; i++) out[i] = in[2 * i];
      break;
    case MOCO_FORM_RGBA:
      for (size_t i = 0; i < count; i++) {
        uint8_t red = in[4 * i], green = in[4 * i + 1], blue = in[4 * i + 2];
        out[3 * i] = red, out[3 * i + 1] = green, out[3 * i + 2] = blue;
      }
      break;
    case MOCO_FORM_CMYK:
      for (size_t i = 0; i < count; i++) {
        uint8_t ink[4] = {in[4 * i], in[4 * i + 1], in[4 * i + 2], in[4 * i + 3]};
        int light = 255 - ink[3];
        for (int channel = 0; channel < 3; channel++) {
          int value = light - moco_scaled(ink[channel], light);
          out[3 * i + (size_t)channel] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
        }
      }
      break;
    case MOCO_FORM_GREY16:
      for (size_t i = 0; i < count; i++) {
        uint16_t value;
        memcpy(&value, in + 2 * i, 2);
        out[i] = (uint8_t)(clip ? (value > 255 ? 255 : value) : (value + 128) / 257);
      }
      break;
    default:
      if (out != in) memmove(out, in, count * moco_form_bytes(form));
  }
}

void moco_note_exif(moco_image *image, const uint8_t *bytes, size_t count) {
  if (count < 8) return;
  int big = bytes[0] == 'M';
  if (memcmp(bytes, big ? "MM" : "II", 2) != 0) return;
#define SHORT(at) (big ? bytes[at] << 8 | bytes[(at) + 1] : bytes[(at) + 1] << 8 | bytes[at])
  size_t high = (size_t)SHORT(big ? 4 : 6), low = (size_t)SHORT(big ? 6 : 4);
  size_t at = high << 16 | low;
  if (at > count - 2) return;
  size_t entries = (size_t)SHORT(at);
  at += 2;
  for (size_t k = 0; k < entries && at + 12 <= count; k++, at += 12) {
    if (SHORT(at) != 0x0112 || SHORT(at + 2) != 3) continue;
    int orientation = SHORT(at + 8);
    if (orientation > 1 && orientation <= 8) image->notes |= MOCO_NOTE_ORIENTATION;
    return;
  }
#undef SHORT
}

void moco_note_profile(moco_image *image, const uint8_t *bytes, size_t count) {
  // The description is ASCII or UTF-16; it stands near the beginning.
  size_t end = count < 8192 ? count : 8192;
  if (end < 128) return;
  for (size_t at = 0; at + 8 <= end; at++) {
    if (memcmp(bytes + at, "sRGB", 4) == 0 || memcmp(bytes + at, "\0s\0R\0G\0B", 8) == 0) return;
  }
  image->notes |= MOCO_NOTE_PROFILE;
}
