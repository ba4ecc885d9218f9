// JPEG (ITU-T T.81) through libjpeg-turbo.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "images.h"

// A progressive file may ask for any number of passes over the whole image; real ones have about ten.
enum { SCAN_LIMIT = 256 };

typedef struct {
  struct jpeg_error_mgr base;  // first, so that libjpeg's pointer is ours
  jmp_buf escape;
  int status;
  char message[JMSG_LENGTH_MAX];
} errors;

static void fail(j_common_ptr info) {
  errors *state = (errors *)info->err;
  int code = info->err->msg_code;
  state->status = code == JERR_OUT_OF_MEMORY ? MOCO_IMAGE_NO_MEMORY
                  : code == JERR_INPUT_EOF ? MOCO_IMAGE_TRUNCATED
                                           : MOCO_IMAGE_CORRUPT;
  info->err->format_message(info, state->message);
  longjmp(state->escape, 1);
}

// Damage that the decoder can step over is stepped over, as other readers do.
static void ignore_message(j_common_ptr info, int level) { (void)info, (void)level; }
static void ignore_output(j_common_ptr info) { (void)info; }

static void watch_scans(j_common_ptr info) {
  if (!info->is_decompressor) return;
  if (((j_decompress_ptr)info)->input_scan_number > SCAN_LIMIT) ERREXIT(info, JERR_BAD_PROGRESSION);
}

// A source over memory that reports the end as an error; libjpeg's own makes grey pixels up instead.
static void start_source(j_decompress_ptr info) { (void)info; }
static void end_source(j_decompress_ptr info) { (void)info; }
static boolean no_more(j_decompress_ptr info) {
  ERREXIT(info, JERR_INPUT_EOF);
  return FALSE;
}
static void skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if ((size_t)count > info->src->bytes_in_buffer) ERREXIT(info, JERR_INPUT_EOF);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= (size_t)count;
}

static void prepare_errors(errors *state) {
  jpeg_std_error(&state->base);
  state->base.error_exit = fail;
  state->base.emit_message = ignore_message;
  state->base.output_message = ignore_output;
  state->status = MOCO_IMAGE_CORRUPT;
  state->message[0] = 0;
}

// a · b / 255, rounded.
static inline int scaled(int a, int b) {
  int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

// One row of Adobe's inverted CMYK to RGB: with the file's c m y k, red is k − (255 − c) k / 255.
static void cmyk_row(const uint8_t *in, uint8_t *out, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, in += 4, out += 3) {
    int k = in[3];
    for (int channel = 0; channel < 3; channel++) {
      int value = k - scaled(255 - in[channel], k);
      out[channel] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
  }
}

int moco_jpeg_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_image *image) {
  struct jpeg_decompress_struct info;
  struct jpeg_progress_mgr progress;
  struct jpeg_source_mgr source;
  errors state;
  uint8_t *volatile pixels = NULL;
  uint8_t *volatile row = NULL;

  memset(&info, 0, sizeof info);
  prepare_errors(&state);
  info.err = &state.base;
  if (setjmp(state.escape)) {
    jpeg_destroy_decompress(&info);
    free(pixels);
    free(row);
    moco_image_say(image, state.message);
    return state.status;
  }
  jpeg_create_decompress(&info);
  memset(&progress, 0, sizeof progress);
  progress.progress_monitor = watch_scans;
  info.progress = &progress;
  source = (struct jpeg_source_mgr){
    .next_input_byte = bytes, .bytes_in_buffer = count, .init_source = start_source,
    .fill_input_buffer = no_more, .skip_input_data = skip, .resync_to_restart = jpeg_resync_to_restart,
    .term_source = end_source};
  info.src = &source;

  jpeg_read_header(&info, TRUE);
  int unsupported = 0;
  switch (info.num_components) {
    case 1: info.out_color_space = JCS_GRAYSCALE; break;
    case 3: info.out_color_space = JCS_RGB; break;
    case 4: info.out_color_space = JCS_CMYK; break;
    default: unsupported = 1;
  }
  if (unsupported || info.data_precision != 8) {
    moco_image_say(image, "a JPEG of this many components or bits is not supported");
    jpeg_destroy_decompress(&info);
    return MOCO_IMAGE_UNSUPPORTED;
  }
  image->width = info.image_width;
  image->height = info.image_height;
  image->channels = info.num_components == 1 ? 1 : 3;
  if ((uint64_t)info.image_width * info.image_height > max_pixels) {
    jpeg_destroy_decompress(&info);
    return MOCO_IMAGE_TOO_LARGE;
  }
  if (header_only) {
    jpeg_destroy_decompress(&info);
    return MOCO_IMAGE_OK;
  }
  size_t stride = (size_t)info.image_width * image->channels;
  pixels = malloc(stride * info.image_height);
  if (info.num_components == 4) row = malloc((size_t)info.image_width * 4);
  if (!pixels || (info.num_components == 4 && !row)) {
    jpeg_destroy_decompress(&info);
    free(pixels);
    free(row);
    return MOCO_IMAGE_NO_MEMORY;
  }
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    uint8_t *target = pixels + stride * info.output_scanline;
    JSAMPROW place = row ? row : target;
    jpeg_read_scanlines(&info, &place, 1);
    if (row) cmyk_row(row, target, info.image_width);
  }
  // The pixels are complete: what follows them in the file does not matter, not even a missing end marker.
  jpeg_destroy_decompress(&info);
  free(row);
  image->pixels = pixels;
  return MOCO_IMAGE_OK;
}

int moco_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int quality,
                     uint8_t **output, size_t *output_count) {
  struct jpeg_compress_struct info;
  errors state;
  // libjpeg writes both through these pointers, also before it jumps out.
  unsigned char *buffer = NULL;
  unsigned long size = 0;

  *output = NULL;
  *output_count = 0;
  if (width == 0 || height == 0 || (channels != 1 && channels != 3)) return MOCO_IMAGE_UNSUPPORTED;
  if (width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION) return MOCO_IMAGE_TOO_LARGE;
  memset(&info, 0, sizeof info);
  prepare_errors(&state);
  info.err = &state.base;
  if (setjmp(state.escape)) {
    jpeg_destroy_compress(&info);
    return state.status;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = width;
  info.image_height = height;
  info.input_components = (int)channels;
  info.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  size_t stride = (size_t)width * channels;
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = (JSAMPROW)(pixels + stride * info.next_scanline);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  *output = buffer;
  *output_count = size;
  return MOCO_IMAGE_OK;
}
