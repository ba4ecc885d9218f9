// PNG (ISO/IEC 15948) through libpng.
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "images.h"

typedef struct {
  const uint8_t *bytes;
  size_t count, position;
  int status;
  char message[200];
} reading;

static void read_failed(png_structp png, png_const_charp message) {
  reading *state = png_get_error_ptr(png);
  size_t length = strlen(message);
  if (length >= sizeof state->message) length = sizeof state->message - 1;
  memcpy(state->message, message, length);
  state->message[length] = 0;
  longjmp(png_jmpbuf(png), 1);
}

static void write_failed(png_structp png, png_const_charp message) {
  (void)message;
  longjmp(png_jmpbuf(png), 1);
}

static void ignore_warning(png_structp png, png_const_charp message) { (void)png, (void)message; }

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  reading *state = png_get_io_ptr(png);
  if (count > state->count - state->position) {
    state->status = MOCO_IMAGE_TRUNCATED;
    png_error(png, "the file ends inside the image");
  }
  memcpy(target, state->bytes + state->position, count);
  state->position += count;
}

// Counts the pictures of an animation; nothing is kept of this or any other unknown chunk.
static int read_chunk(png_structp png, png_unknown_chunkp chunk) {
  moco_image *image = png_get_user_chunk_ptr(png);
  if (memcmp(chunk->name, "acTL", 4) == 0 && chunk->size >= 4) {
    const uint8_t *data = chunk->data;
    uint32_t frames = (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
    if (frames > 1) image->frames = frames;
  }
  return 1;
}

// What the header says that the pixels do not show.
static void note(png_structp png, png_infop info, moco_image *image) {
  int type = png_get_color_type(png, info);
  if (type & PNG_COLOR_MASK_ALPHA || png_get_valid(png, info, PNG_INFO_tRNS)) image->notes |= MOCO_NOTE_ALPHA;
  if (png_get_bit_depth(png, info) == 16 && type != PNG_COLOR_TYPE_GRAY) image->notes |= MOCO_NOTE_DEEP;
  png_fixed_point gamma = 0;
  int intent = 0;
  png_charp name = NULL;
  int compression = 0;
  png_bytep profile = NULL;
  png_uint_32 count = 0;
  if (!png_get_sRGB(png, info, &intent)) {
    if (png_get_iCCP(png, info, &name, &compression, &profile, &count)) {
      moco_note_profile(image, profile, count);
    } else if (png_get_gAMA_fixed(png, info, &gamma) && (gamma < 45000 || gamma > 46000)) {
      image->notes |= MOCO_NOTE_GAMMA;
    }
  }
#ifdef PNG_eXIf_SUPPORTED
  png_bytep exif = NULL;
  count = 0;
  if (png_get_eXIf_1(png, info, &count, &exif)) moco_note_exif(image, exif, count);
#endif
}

int moco_png_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_image *image) {
  reading state = {.bytes = bytes, .count = count, .status = MOCO_IMAGE_CORRUPT};
  uint8_t *volatile pixels = NULL;
  png_bytep *volatile rows = NULL;
  png_infop volatile info = NULL;

  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state, read_failed, ignore_warning);
  if (!png) return MOCO_IMAGE_NO_MEMORY;
  if (setjmp(png_jmpbuf(png))) {
    png_infop made = info;
    png_destroy_read_struct(&png, &made, NULL);
    free(pixels);
    free(rows);
    moco_image_say(image, state.message);
    return state.status;
  }
  info = png_create_info_struct(png);
  if (!info) png_error(png, "out of memory");
  png_set_read_fn(png, &state, read_bytes);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  // Texts and profiles are of no use here; a hostile file must not make them large.
  png_set_chunk_cache_max(png, 64);
  png_set_chunk_malloc_max(png, 4u << 20);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  png_set_read_user_chunk_fn(png, image, read_chunk);
  png_read_info(png, info);

  uint32_t width = png_get_image_width(png, info);
  uint32_t height = png_get_image_height(png, info);
  int depth = png_get_bit_depth(png, info);
  int type = png_get_color_type(png, info);
  int deep = type == PNG_COLOR_TYPE_GRAY && depth == 16;
  int palette = type == PNG_COLOR_TYPE_PALETTE;
  image->width = width;
  image->height = height;
  image->form = deep                                   ? MOCO_FORM_GREY16
                : type == PNG_COLOR_TYPE_GRAY          ? MOCO_FORM_GREY
                : type == PNG_COLOR_TYPE_GRAY_ALPHA    ? MOCO_FORM_GREY_ALPHA
                : type == PNG_COLOR_TYPE_RGB_ALPHA     ? MOCO_FORM_RGBA
                                                       : MOCO_FORM_RGB;
  image->by_nearest = palette || (type == PNG_COLOR_TYPE_GRAY && depth == 1);
  note(png, info, image);
  int status = (uint64_t)width * height > max_pixels ? MOCO_IMAGE_TOO_LARGE : MOCO_IMAGE_OK;
  // Deflate never packs more than 1032 bytes into one: a file far shorter than that cannot hold its rows.
  uint64_t least = (uint64_t)png_get_rowbytes(png, info) * height / 1032;
  if (status == MOCO_IMAGE_OK && !header_only && least > count) {
    moco_image_say(image, "the file ends inside the image");
    status = MOCO_IMAGE_TRUNCATED;
  }
  if (header_only || status != MOCO_IMAGE_OK) {
    png_infop made = info;
    png_destroy_read_struct(&png, &made, NULL);
    return status;
  }

  if (palette) png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (depth == 16 && !deep) png_set_strip_16(png);
  // The transparent entries of a palette would come out as a fourth channel.
  if (palette) png_set_strip_alpha(png);
  // The file has the high byte first.
  const uint16_t one = 1;
  if (deep && *(const uint8_t *)&one == 1) png_set_swap(png);
  int passes = png_set_interlace_handling(png);
  (void)passes;
  png_read_update_info(png, info);

  size_t stride = (size_t)width * moco_form_bytes(image->form);
  if (png_get_rowbytes(png, info) != stride) png_error(png, "unexpected row size");
  pixels = malloc(stride * height);
  rows = malloc(sizeof(png_bytep) * height);
  if (!pixels || !rows) {
    state.status = MOCO_IMAGE_NO_MEMORY;
    png_error(png, "out of memory");
  }
  for (uint32_t y = 0; y < height; y++) rows[y] = pixels + stride * y;
  png_read_image(png, rows);
  // What follows the pixels (texts, the end chunk) does not matter.
  png_infop made = info;
  png_destroy_read_struct(&png, &made, NULL);
  free(rows);
  image->pixels = pixels;
  return MOCO_IMAGE_OK;
}

typedef struct {
  uint8_t *bytes;
  size_t count, capacity;
} writing;

static void write_bytes(png_structp png, png_bytep source, size_t count) {
  writing *state = png_get_io_ptr(png);
  if (count > state->capacity - state->count) {
    size_t capacity = (state->capacity + count) * 2;
    uint8_t *bytes = realloc(state->bytes, capacity);
    if (!bytes) png_error(png, "out of memory");
    state->bytes = bytes;
    state->capacity = capacity;
  }
  memcpy(state->bytes + state->count, source, count);
  state->count += count;
}

static void flush_nothing(png_structp png) { (void)png; }

int moco_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **output,
                    size_t *output_count) {
  *output = NULL;
  *output_count = 0;
  if (width == 0 || height == 0 || (channels != 1 && channels != 3)) return MOCO_IMAGE_UNSUPPORTED;
  writing *state = calloc(1, sizeof *state);
  if (!state) return MOCO_IMAGE_NO_MEMORY;
  png_infop volatile info = NULL;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, write_failed, ignore_warning);
  if (!png) {
    free(state);
    return MOCO_IMAGE_NO_MEMORY;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_infop made = info;
    png_destroy_write_struct(&png, &made);
    free(state->bytes);
    free(state);
    return MOCO_IMAGE_NO_MEMORY;
  }
  info = png_create_info_struct(png);
  if (!info) png_error(png, "out of memory");
  png_set_write_fn(png, state, write_bytes, flush_nothing);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_IHDR(png, info, width, height, 8, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  size_t stride = (size_t)width * channels;
  for (uint32_t y = 0; y < height; y++) png_write_row(png, pixels + stride * y);
  png_write_end(png, NULL);
  png_infop made = info;
  png_destroy_write_struct(&png, &made);
  *output = state->bytes;
  *output_count = state->count;
  free(state);
  return MOCO_IMAGE_OK;
}
