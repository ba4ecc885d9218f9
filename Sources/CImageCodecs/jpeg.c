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

// Rows asked for at a time.
enum { ROWS = 16 };

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
                  : code == JERR_SOF_UNSUPPORTED || code == JERR_BAD_PRECISION || code == JERR_ARITH_NOTIMPL ||
                      code == JERR_CONVERSION_NOTIMPL || code == JERR_NOT_COMPILED
                    ? MOCO_IMAGE_UNSUPPORTED
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

// Orientation and colour profile, for the notes.
static void look_at_markers(j_decompress_ptr info, moco_image *image) {
  for (jpeg_saved_marker_ptr marker = info->marker_list; marker; marker = marker->next) {
    const uint8_t *data = marker->data;
    size_t count = marker->data_length;
    if (count > 6 && memcmp(data, "Exif\0\0", 6) == 0) moco_note_exif(image, data + 6, count - 6);
    if (count > 14 && memcmp(data, "ICC_PROFILE\0\1", 13) == 0 && info->num_components < 4) {
      moco_note_profile(image, data + 14, count - 14);
    }
  }
}

// Leaves out columns on both sides, so that their numbers are not computed; the file is read as a whole. Where colours are
// interpolated a column depends on its neighbours, so one block more than asked for is decoded on each side: what its
// outer columns hold is not that of the whole, and is not promised either.
static void leave_out(j_decompress_ptr info, moco_columns *wanted, void *context, moco_image *image) {
  uint32_t first = 0, last = info->output_width;
  wanted(context, info->output_width, info->output_height, &first, &last);
  const uint32_t block = (uint32_t)info->max_h_samp_factor * DCTSIZE;
  if (last > info->output_width || first >= last) return;
  JDIMENSION from = first > block ? first - block : 0;
  JDIMENSION to = info->output_width - last > block ? last + block : info->output_width;
  JDIMENSION columns = to - from;
  // For less it is not worth it.
  if (columns + 2 * block > info->output_width) return;
  jpeg_crop_scanline(info, &from, &columns);
  image->first = from;
  image->columns = columns;
}

int moco_jpeg_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_columns *wanted,
                     void *context, moco_image *image) {
  struct jpeg_decompress_struct info;
  struct jpeg_progress_mgr progress;
  struct jpeg_source_mgr source;
  errors state;
  uint8_t *volatile pixels = NULL;

  memset(&info, 0, sizeof info);
  prepare_errors(&state);
  info.err = &state.base;
  if (setjmp(state.escape)) {
    jpeg_destroy_decompress(&info);
    free(pixels);
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

  jpeg_save_markers(&info, JPEG_APP0 + 1, 0xFFFF);
  jpeg_save_markers(&info, JPEG_APP0 + 2, 0xFFFF);
  jpeg_read_header(&info, TRUE);
  int unsupported = 0;
  switch (info.num_components) {
    case 1: info.out_color_space = JCS_GRAYSCALE; break;
    case 3: info.out_color_space = JCS_RGB; break;
    case 4: info.out_color_space = JCS_CMYK; break;
    default: unsupported = 1;
  }
  if (unsupported || info.data_precision != 8) {
    moco_image_say(image, "a JPEG of this many components or bits is not read");
    jpeg_destroy_decompress(&info);
    return MOCO_IMAGE_UNSUPPORTED;
  }
  image->width = info.image_width;
  image->height = info.image_height;
  image->form = info.num_components == 1   ? MOCO_FORM_GREY
                : info.num_components == 3 ? MOCO_FORM_RGB
                                           : MOCO_FORM_CMYK;
  look_at_markers(&info, image);
  if ((uint64_t)info.image_width * info.image_height > max_pixels) {
    jpeg_destroy_decompress(&info);
    return MOCO_IMAGE_TOO_LARGE;
  }
  if (header_only) {
    jpeg_destroy_decompress(&info);
    return MOCO_IMAGE_OK;
  }
  jpeg_start_decompress(&info);
  // A progressive file is smoothed from block to block where it is incomplete.
  if (wanted && info.num_components == 3 && !info.progressive_mode) leave_out(&info, wanted, context, image);
  size_t stride = (size_t)info.output_width * (size_t)info.num_components;
  pixels = malloc(stride * info.image_height);
  if (!pixels) {
    jpeg_destroy_decompress(&info);
    return MOCO_IMAGE_NO_MEMORY;
  }
  while (info.output_scanline < info.output_height) {
    JSAMPROW places[ROWS];
    JDIMENSION rows = info.output_height - info.output_scanline < ROWS ? info.output_height - info.output_scanline : ROWS;
    for (JDIMENSION i = 0; i < rows; i++) places[i] = pixels + stride * (info.output_scanline + i);
    jpeg_read_scanlines(&info, places, rows);
  }
  // Four components are Adobe's: ink counted from full.
  for (size_t i = 0; info.num_components == 4 && i < stride * info.image_height; i++) pixels[i] = (uint8_t)(255 - pixels[i]);
  // The pixels are complete: what follows them in the file does not matter, not even a missing end marker.
  jpeg_destroy_decompress(&info);
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
