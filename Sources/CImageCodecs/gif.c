// GIF89a through giflib: the first frame on its canvas.
#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

#include "images.h"

typedef struct {
  const uint8_t *bytes;
  size_t count, position;
} reading;

static int read_bytes(GifFileType *gif, GifByteType *target, int wanted) {
  reading *state = gif->UserData;
  size_t rest = state->count - state->position;
  size_t count = wanted < 0 ? 0 : (size_t)wanted < rest ? (size_t)wanted : rest;
  if (count) memcpy(target, state->bytes + state->position, count);
  state->position += count;
  return (int)count;
}

// Pictures in the file, by its blocks alone; a file that breaks off has those seen so far.
static uint32_t count_frames(const uint8_t *bytes, size_t count) {
  if (count < 13) return 1;
  size_t at = 13 + (bytes[10] & 0x80 ? (size_t)3 << ((bytes[10] & 7) + 1) : 0);
  uint32_t frames = 0;
  while (at < count) {
    uint8_t block = bytes[at++];
    if (block == 0x2C) {
      if (count - at < 10) break;
      frames++;
      uint8_t flags = bytes[at + 8];
      at += 9 + (flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0) + 1;
    } else if (block == 0x21) {
      at += 1;
    } else {
      break;
    }
    while (at < count && bytes[at]) at += (size_t)bytes[at] + 1;
    at += 1;
  }
  return frames ? frames : 1;
}

static int stop(GifFileType *gif, moco_image *image, int status, const char *message) {
  int code = gif ? gif->Error : 0;
  if (status == MOCO_IMAGE_CORRUPT && (code == D_GIF_ERR_READ_FAILED || code == D_GIF_ERR_EOF_TOO_SOON)) {
    status = MOCO_IMAGE_TRUNCATED;
    message = "the file ends inside the image";
  }
  if (status == MOCO_IMAGE_CORRUPT && code == D_GIF_ERR_NOT_ENOUGH_MEM) status = MOCO_IMAGE_NO_MEMORY;
  moco_image_say(image, message);
  if (gif) DGifCloseFile(gif, NULL);
  return status;
}

// Whether entry i is the grey i for all entries: then indices are grey levels, and the image is no palette image.
static int is_ramp(const ColorMapObject *map) {
  for (int i = 0; i < map->ColorCount; i++) {
    GifColorType c = map->Colors[i];
    if (c.Red != i || c.Green != i || c.Blue != i) return 0;
  }
  return 1;
}

int moco_gif_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_image *image) {
  reading state = {.bytes = bytes, .count = count};
  int code = 0;
  GifFileType *gif = DGifOpen(&state, read_bytes, &code);
  if (!gif) {
    int cut = code == D_GIF_ERR_READ_FAILED || code == D_GIF_ERR_NO_SCRN_DSCR;
    moco_image_say(image, cut ? "the file ends inside the header" : "the header of the GIF file");
    return cut ? MOCO_IMAGE_TRUNCATED : MOCO_IMAGE_CORRUPT;
  }
  int transparent = -1;
  for (;;) {
    GifRecordType type;
    if (DGifGetRecordType(gif, &type) == GIF_ERROR) return stop(gif, image, MOCO_IMAGE_CORRUPT, "a block of the GIF file");
    if (type == IMAGE_DESC_RECORD_TYPE) break;
    if (type != EXTENSION_RECORD_TYPE) return stop(gif, image, MOCO_IMAGE_CORRUPT, "a GIF file without a picture");
    int function;
    GifByteType *block;
    if (DGifGetExtension(gif, &function, &block) == GIF_ERROR) return stop(gif, image, MOCO_IMAGE_CORRUPT, "an extension");
    if (function == GRAPHICS_EXT_FUNC_CODE && block && block[0] >= 4) transparent = block[1] & 1 ? block[4] : -1;
    while (block) {
      if (DGifGetExtensionNext(gif, &block) == GIF_ERROR) return stop(gif, image, MOCO_IMAGE_CORRUPT, "an extension");
    }
  }
  if (DGifGetImageDesc(gif) == GIF_ERROR) return stop(gif, image, MOCO_IMAGE_CORRUPT, "the picture's head");
  GifImageDesc *frame = &gif->Image;
  if (frame->Left < 0 || frame->Top < 0 || frame->Width <= 0 || frame->Height <= 0) {
    return stop(gif, image, MOCO_IMAGE_CORRUPT, "an image without pixels");
  }
  // A picture that is larger than the canvas enlarges it.
  int right = frame->Left + frame->Width, bottom = frame->Top + frame->Height;
  image->width = (uint32_t)(right > gif->SWidth ? right : gif->SWidth);
  image->height = (uint32_t)(bottom > gif->SHeight ? bottom : gif->SHeight);
  image->frames = count_frames(bytes, count);
  const ColorMapObject *map = frame->ColorMap ? frame->ColorMap : gif->SColorMap;
  int grey = !map || map->ColorCount <= 0 || is_ramp(map);
  image->form = grey ? MOCO_FORM_GREY : MOCO_FORM_RGB;
  image->by_nearest = !grey;
  if (transparent >= 0) image->notes |= MOCO_NOTE_ALPHA;
  uint64_t area = (uint64_t)image->width * image->height;
  if (area > max_pixels) return stop(gif, image, MOCO_IMAGE_TOO_LARGE, "");
  if (header_only) return stop(gif, image, MOCO_IMAGE_OK, "");
  // A code of three bits or more stands for 4096 pixels at most.
  if ((uint64_t)frame->Width * (uint64_t)frame->Height / 16384 > count) {
    return stop(gif, image, MOCO_IMAGE_TRUNCATED, "the file ends inside the image");
  }

  size_t channels = grey ? 1 : 3;
  // What the picture does not cover has the transparent colour, or the first.
  uint8_t *indices = malloc((size_t)area);
  uint8_t *pixels = malloc((size_t)area * channels);
  if (!indices || !pixels) {
    free(indices), free(pixels);
    return stop(gif, image, MOCO_IMAGE_NO_MEMORY, "");
  }
  memset(indices, transparent >= 0 ? transparent : 0, (size_t)area);
  static const int starts[5] = {0, 4, 2, 1, 0}, steps[5] = {8, 8, 4, 2, 1};
  for (int pass = frame->Interlace ? 0 : 4; pass < (frame->Interlace ? 4 : 5); pass++) {
    for (int y = starts[pass]; y < frame->Height; y += steps[pass]) {
      size_t at = (size_t)(frame->Top + y) * image->width + (size_t)frame->Left;
      if (DGifGetLine(gif, indices + at, frame->Width) == GIF_ERROR) {
        free(indices), free(pixels);
        return stop(gif, image, MOCO_IMAGE_CORRUPT, "the data of the GIF image");
      }
    }
  }
  for (size_t i = 0; i < (size_t)area; i++) {
    int index = indices[i];
    if (grey) {
      pixels[i] = (uint8_t)index;
    } else {
      GifColorType color = index < map->ColorCount ? map->Colors[index] : (GifColorType){0, 0, 0};
      pixels[3 * i] = color.Red, pixels[3 * i + 1] = color.Green, pixels[3 * i + 2] = color.Blue;
    }
  }
  free(indices);
  image->pixels = pixels;
  return stop(gif, image, MOCO_IMAGE_OK, "");
}
