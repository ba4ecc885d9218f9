// TIFF 6.0 and BigTIFF through libtiff: the first page.
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "images.h"

typedef struct {
  const uint8_t *bytes;
  uint64_t count, position;
  int is_short;  // a read went past the end
  char message[200];
} reading;

// What the first directory says of the samples.
typedef struct {
  uint16_t bits, samples, photometric, planar, compression;
  uint32_t colors;  // samples that are colour
  int has_alpha, is_associated, is_plain_grey;
  uint16_t *palette[3];
  int palette_shift;
} layout;

// The handlers are of the process; the handle says whose message it is. Nothing is printed.
static void keep_message(thandle_t handle, const char *module, const char *format, va_list arguments) {
  (void)module;
  reading *state = (reading *)handle;
  if (state && !state->message[0]) vsnprintf(state->message, sizeof state->message, format, arguments);
}
static void set_handlers(void) {
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
  TIFFSetErrorHandlerExt(keep_message);
  TIFFSetWarningHandlerExt(NULL);
}
static pthread_once_t handlers = PTHREAD_ONCE_INIT;

static tmsize_t read_bytes(thandle_t handle, void *target, tmsize_t wanted) {
  reading *state = (reading *)handle;
  uint64_t rest = state->position < state->count ? state->count - state->position : 0;
  uint64_t count = wanted < 0 ? 0 : (uint64_t)wanted < rest ? (uint64_t)wanted : rest;
  if (wanted > 0 && count < (uint64_t)wanted) state->is_short = 1;
  if (count) memcpy(target, state->bytes + state->position, count);
  state->position += count;
  return (tmsize_t)count;
}
static tmsize_t write_nothing(thandle_t handle, void *source, tmsize_t count) {
  (void)handle, (void)source, (void)count;
  return 0;
}
static toff_t seek(thandle_t handle, toff_t offset, int from) {
  reading *state = (reading *)handle;
  uint64_t base = from == SEEK_SET ? 0 : from == SEEK_CUR ? state->position : state->count;
  state->position = base + offset;
  return state->position;
}
static int close_nothing(thandle_t handle) { return (void)handle, 0; }
static toff_t size(thandle_t handle) { return ((reading *)handle)->count; }

static int stop(TIFF *tiff, reading *state, moco_image *image, int status, const char *message) {
  if (status == MOCO_IMAGE_CORRUPT && state->is_short) status = MOCO_IMAGE_TRUNCATED;
  moco_image_say(image, message ? message : state->message);
  if (tiff) TIFFClose(tiff);
  return status;
}

// Form and notes; a text where the kind is not read.
static const char *look(TIFF *tiff, layout *its, moco_image *image) {
  uint16_t format = SAMPLEFORMAT_UINT, extra_count = 0, orientation = 1;
  uint16_t *extra = NULL;
  its->photometric = PHOTOMETRIC_MINISWHITE;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &its->bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &its->samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &its->planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &its->compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extra);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &its->photometric);
  TIFFGetField(tiff, TIFFTAG_ORIENTATION, &orientation);
  if (its->compression == COMPRESSION_OJPEG) its->photometric = PHOTOMETRIC_YCBCR;
  if (format == SAMPLEFORMAT_IEEEFP) return "a TIFF of floating-point numbers has no fixed white, and is not read";
  if (format == SAMPLEFORMAT_INT) return "a TIFF of numbers with signs has no fixed white, and is not read";
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) return "a TIFF of complex numbers is not read";
  if (its->bits == 32) return "a TIFF of 32 bits a sample has no fixed white, and is not read";
  if (!TIFFIsCODECConfigured(its->compression)) return "a TIFF of this compression is not read";
  switch (its->photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_PALETTE: its->colors = 1; break;
    case PHOTOMETRIC_RGB: its->colors = 3; break;
    case PHOTOMETRIC_SEPARATED: its->colors = 4; break;
    case PHOTOMETRIC_YCBCR: its->colors = its->samples == 1 ? 1 : 3; break;
    default: return "a TIFF in this colour space is not read";
  }
  if (its->samples < its->colors || its->samples > 64) return "a TIFF with this many samples a pixel is not read";
  int is_palette = its->photometric == PHOTOMETRIC_PALETTE;
  int small = its->bits == 1 || its->bits == 2 || its->bits == 4;
  if (!(its->bits == 8 || (its->bits == 16 && !is_palette) || (small && its->samples == 1))) {
    return "a TIFF of this many bits a sample is not read";
  }
  if (its->samples > its->colors) {
    // RGBA without a word about the fourth sample is met, too.
    int kind = extra_count > 0 ? extra[0] : its->photometric == PHOTOMETRIC_RGB ? EXTRASAMPLE_UNASSALPHA : 0;
    int may_be = its->photometric <= PHOTOMETRIC_RGB;
    its->has_alpha = may_be && kind != EXTRASAMPLE_UNSPECIFIED;
    its->is_associated = its->has_alpha && kind == EXTRASAMPLE_ASSOCALPHA;
    if (kind != EXTRASAMPLE_UNSPECIFIED) image->notes |= MOCO_NOTE_ALPHA;
  }
  if (is_palette) {
    if (!TIFFGetField(tiff, TIFFTAG_COLORMAP, &its->palette[0], &its->palette[1], &its->palette[2])) {
      return "a palette TIFF without a palette";
    }
    // Entries are of 16 bits; some programs wrote 8.
    for (int k = 0; k < 3; k++) {
      for (int i = 0; i < 1 << its->bits; i++) {
        if (its->palette[k][i] > 255) its->palette_shift = 8;
      }
    }
  }
  int deep = its->bits == 16;
  image->by_nearest = is_palette || (its->bits == 1 && its->colors == 1);
  its->is_plain_grey = its->colors == 1 && !is_palette;
  image->form = is_palette                      ? MOCO_FORM_RGB
                : its->colors == 4             ? MOCO_FORM_CMYK
                : its->colors == 3             ? (its->has_alpha ? MOCO_FORM_RGBA : MOCO_FORM_RGB)
                : its->has_alpha                ? MOCO_FORM_GREY_ALPHA
                : deep && its->samples == 1     ? MOCO_FORM_GREY16
                                                : MOCO_FORM_GREY;
  if (deep && image->form != MOCO_FORM_GREY16) image->notes |= MOCO_NOTE_DEEP;
  if (image->form == MOCO_FORM_GREY16 && its->photometric == PHOTOMETRIC_MINISWHITE) {
    image->notes |= MOCO_NOTE_WHITE_IS_ZERO;
  }
  if (orientation > 1 && orientation <= 8) image->notes |= MOCO_NOTE_TURNED;
  uint32_t count = 0;
  void *profile = NULL;
  if (its->colors < 4 && TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &count, &profile)) {
    moco_note_profile(image, profile, count);
  }
  return NULL;
}

// `count` pixels of a row; `plane` is the sample that a row of separate planes holds, or −1.
static void put(const layout *its, const moco_image *image, const uint8_t *in, uint32_t count, int plane, uint8_t *out) {
  uint32_t pixel = moco_form_bytes(image->form);
  int is_white_zero = its->photometric == PHOTOMETRIC_MINISWHITE;
  if (its->photometric == PHOTOMETRIC_PALETTE || its->bits < 8) {
    size_t each = plane < 0 ? its->samples : 1;
    uint32_t most = (1u << its->bits) - 1;
    for (uint32_t x = 0; x < count; x++) {
      size_t at = (size_t)x * each * its->bits;
      uint32_t value = in[at / 8] >> (8 - its->bits - at % 8) & most;
      if (its->photometric == PHOTOMETRIC_PALETTE) {
        for (uint32_t k = 0; k < 3; k++) out[3 * x + k] = (uint8_t)(its->palette[k][value] >> its->palette_shift);
      } else {
        uint32_t level = value * (255 / most);
        out[x] = (uint8_t)(is_white_zero ? 255 - level : level);
      }
    }
    return;
  }
  uint32_t bytes = its->bits / 8;
  if (image->form == MOCO_FORM_GREY16) {
    memcpy(out, in, (size_t)count * 2);
    for (size_t i = 0; is_white_zero && i < (size_t)count * 2; i++) out[i] = (uint8_t)~out[i];
    return;
  }
  const uint16_t one = 1;
  uint32_t high = bytes == 2 && *(const uint8_t *)&one == 1 ? 1 : 0;
  uint32_t first = plane < 0 ? 0 : (uint32_t)plane, last = plane < 0 ? pixel : first + 1;
  size_t each = (size_t)bytes * (plane < 0 ? its->samples : 1);
  for (uint32_t k = first; k < last; k++) {
    const uint8_t *from = in + (plane < 0 ? k * bytes : 0) + high;
    int invert = is_white_zero && k == 0;
    for (size_t x = 0; x < count; x++) {
      uint8_t value = from[x * each];
      out[x * pixel + k] = invert ? (uint8_t)(255 - value) : value;
    }
  }
}

static int read_tiles(TIFF *tiff, const layout *its, const moco_image *image, uint64_t max_pixels, uint8_t *pixels) {
  uint32_t wide = 0, high = 0;
  TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &wide);
  TIFFGetField(tiff, TIFFTAG_TILELENGTH, &high);
  tmsize_t bytes = TIFFTileSize(tiff), row = TIFFTileRowSize(tiff);
  if (wide == 0 || high == 0 || (uint64_t)wide * high > max_pixels || bytes <= 0 || row <= 0) return MOCO_IMAGE_CORRUPT;
  int is_apart = its->planar == PLANARCONFIG_SEPARATE && its->samples > 1;
  uint64_t least = ((uint64_t)wide * its->bits * (is_apart ? 1 : its->samples) + 7) / 8;
  if ((uint64_t)row < least || (uint64_t)bytes < (uint64_t)row * high) return MOCO_IMAGE_CORRUPT;
  uint8_t *tile = malloc((size_t)bytes);
  if (!tile) return MOCO_IMAGE_NO_MEMORY;
  uint32_t pixel = moco_form_bytes(image->form);
  uint32_t planes = is_apart ? (image->form == MOCO_FORM_GREY16 ? 1 : its->palette[0] ? 1 : pixel) : 1;
  int status = MOCO_IMAGE_OK;
  for (uint32_t plane = 0; plane < planes && status == MOCO_IMAGE_OK; plane++) {
    for (uint64_t y = 0; y < image->height && status == MOCO_IMAGE_OK; y += high) {
      for (uint64_t x = 0; x < image->width; x += wide) {
        uint32_t number = TIFFComputeTile(tiff, (uint32_t)x, (uint32_t)y, 0, (uint16_t)plane);
        if (TIFFReadEncodedTile(tiff, number, tile, bytes) != bytes) {
          status = MOCO_IMAGE_CORRUPT;
          break;
        }
        uint32_t columns = image->width - x < wide ? (uint32_t)(image->width - x) : wide;
        for (uint64_t line = 0; line < high && y + line < image->height; line++) {
          uint8_t *out = pixels + ((y + line) * image->width + x) * pixel;
          put(its, image, tile + line * (uint64_t)row, columns, is_apart ? (int)plane : -1, out);
        }
      }
    }
  }
  free(tile);
  return status;
}

static int read_rows(TIFF *tiff, const layout *its, const moco_image *image, uint8_t *pixels) {
  tmsize_t bytes = TIFFScanlineSize(tiff);
  int is_apart = its->planar == PLANARCONFIG_SEPARATE && its->samples > 1;
  uint64_t least = ((uint64_t)image->width * its->bits * (is_apart ? 1 : its->samples) + 7) / 8;
  if (bytes <= 0 || (uint64_t)bytes < least) return MOCO_IMAGE_CORRUPT;
  uint8_t *line = calloc(1, (size_t)bytes);
  if (!line) return MOCO_IMAGE_NO_MEMORY;
  uint32_t pixel = moco_form_bytes(image->form);
  uint32_t planes = is_apart ? (image->form == MOCO_FORM_GREY16 ? 1 : its->palette[0] ? 1 : pixel) : 1;
  int status = MOCO_IMAGE_OK;
  for (uint32_t plane = 0; plane < planes && status == MOCO_IMAGE_OK; plane++) {
    for (uint32_t y = 0; y < image->height; y++) {
      if (TIFFReadScanline(tiff, line, y, (uint16_t)plane) < 0) {
        status = MOCO_IMAGE_CORRUPT;
        break;
      }
      put(its, image, line, image->width, is_apart ? (int)plane : -1, pixels + (size_t)y * image->width * pixel);
    }
  }
  free(line);
  return status;
}

// Colour with fewer samples than pixels, which libtiff puts together.
static int read_subsampled(TIFF *tiff, const moco_image *image, uint8_t *pixels) {
  uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetField(tiff, TIFFTAG_ORIENTATION, &orientation);
  size_t area = (size_t)image->width * image->height;
  uint32_t *raster = malloc(area * sizeof *raster);
  if (!raster) return MOCO_IMAGE_NO_MEMORY;
  int is_read = TIFFReadRGBAImageOriented(tiff, image->width, image->height, raster, orientation, 1);
  for (size_t i = 0; is_read && i < area; i++) {
    pixels[3 * i] = (uint8_t)TIFFGetR(raster[i]);
    pixels[3 * i + 1] = (uint8_t)TIFFGetG(raster[i]);
    pixels[3 * i + 2] = (uint8_t)TIFFGetB(raster[i]);
  }
  free(raster);
  return is_read ? MOCO_IMAGE_OK : MOCO_IMAGE_CORRUPT;
}

// Colours that were multiplied by alpha, as they were before.
static void divide_by_alpha(const moco_image *image, uint8_t *pixels) {
  uint32_t pixel = moco_form_bytes(image->form);
  size_t area = (size_t)image->width * image->height;
  for (uint8_t *at = pixels; at < pixels + area * pixel; at += pixel) {
    int alpha = at[pixel - 1];
    for (uint32_t k = 0; alpha < 255 && k + 1 < pixel; k++) {
      int value = alpha ? at[k] * 255 / alpha : 0;
      at[k] = (uint8_t)(value > 255 ? 255 : value);
    }
  }
}

// `from` turned as the orientation (2 … 8) says; width and height are those of the result.
static void turn(uint16_t orientation, const moco_image *image, const uint8_t *from, uint8_t *to) {
  size_t pixel = moco_form_bytes(image->form);
  size_t across = image->width, down = image->height;
  size_t in_width = orientation > 4 ? down : across;
  for (size_t y = 0; y < down; y++) {
    for (size_t x = 0; x < across; x++, to += pixel) {
      size_t back = across - 1 - x, up = down - 1 - y, column = x, row = y;
      switch (orientation) {
        case 2: column = back; break;
        case 3: column = back, row = up; break;
        case 4: row = up; break;
        case 5: column = y, row = x; break;
        case 6: column = y, row = back; break;
        case 7: column = up, row = back; break;
        default: column = up, row = x; break;
      }
      memcpy(to, from + (row * in_width + column) * pixel, pixel);
    }
  }
}

int moco_tiff_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_image *image) {
  reading state = {.bytes = bytes, .count = count};
  layout its = {.bits = 1, .samples = 1, .planar = PLANARCONFIG_CONTIG, .compression = COMPRESSION_NONE};
  pthread_once(&handlers, set_handlers);
  TIFF *tiff = TIFFClientOpen("image", "rm", (thandle_t)&state, read_bytes, write_nothing, seek, close_nothing, size,
                              NULL, NULL);
  if (!tiff) return stop(NULL, &state, image, MOCO_IMAGE_CORRUPT, NULL);
  uint32_t width = 0, height = 0;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width) || !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height) ||
      width == 0 || height == 0) {
    return stop(tiff, &state, image, MOCO_IMAGE_CORRUPT, "an image without pixels");
  }
  const char *refused = look(tiff, &its, image);
  if (refused) return stop(tiff, &state, image, MOCO_IMAGE_UNSUPPORTED, refused);
  if (image->notes & MOCO_NOTE_TURNED) TIFFGetField(tiff, TIFFTAG_ORIENTATION, &orientation);
  image->width = orientation > 4 ? height : width;
  image->height = orientation > 4 ? width : height;
  uint64_t area = (uint64_t)width * height;
  if (area > max_pixels) return stop(tiff, &state, image, MOCO_IMAGE_TOO_LARGE, "");
  uint64_t least = area * its.bits / 8;
  if (its.compression == COMPRESSION_NONE && least > count) {
    return stop(tiff, &state, image, MOCO_IMAGE_TRUNCATED, "the file ends inside the image");
  }
  uint32_t frames = TIFFNumberOfDirectories(tiff);
  if (frames > 1) image->frames = frames;
  if (header_only) return stop(tiff, &state, image, MOCO_IMAGE_OK, "");
  if (!TIFFSetDirectory(tiff, 0)) return stop(tiff, &state, image, MOCO_IMAGE_CORRUPT, NULL);
  // The directory was read anew: what pointed into it does not hold any more.
  its = (layout){.bits = 1, .samples = 1, .planar = PLANARCONFIG_CONTIG, .compression = COMPRESSION_NONE};
  refused = look(tiff, &its, image);
  if (refused) return stop(tiff, &state, image, MOCO_IMAGE_UNSUPPORTED, refused);
  state.is_short = 0;
  state.message[0] = 0;

  uint8_t *pixels = malloc((size_t)area * moco_form_bytes(image->form));
  if (!pixels) return stop(tiff, &state, image, MOCO_IMAGE_NO_MEMORY, "");
  moco_image raw = *image;
  raw.width = width, raw.height = height;
  int status;
  int is_ycbcr = its.photometric == PHOTOMETRIC_YCBCR && its.colors == 3;
  if (is_ycbcr && its.compression == COMPRESSION_JPEG && its.planar == PLANARCONFIG_CONTIG) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    is_ycbcr = 0;
  }
  if (is_ycbcr) {
    status = read_subsampled(tiff, &raw, pixels);
  } else if (TIFFIsTiled(tiff)) {
    status = read_tiles(tiff, &its, &raw, max_pixels, pixels);
  } else {
    status = read_rows(tiff, &its, &raw, pixels);
  }
  if (status != MOCO_IMAGE_OK) {
    free(pixels);
    return stop(tiff, &state, image, status, NULL);
  }
  if (its.is_associated) divide_by_alpha(&raw, pixels);
  if (orientation > 1 && orientation <= 8) {
    uint8_t *turned = malloc((size_t)area * moco_form_bytes(image->form));
    if (turned) turn(orientation, image, pixels, turned);
    free(pixels);
    if (!turned) return stop(tiff, &state, image, MOCO_IMAGE_NO_MEMORY, "");
    pixels = turned;
  }
  image->pixels = pixels;
  return stop(tiff, &state, image, MOCO_IMAGE_OK, "");
}
