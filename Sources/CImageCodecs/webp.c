// WebP (RFC 9649) through libwebp.
#include <stdlib.h>

#include <webp/decode.h>
#include <webp/demux.h>

#include "images.h"

static int say(moco_image *image, WebPDemuxer *demuxer, int status, const char *message) {
  moco_image_say(image, message);
  WebPDemuxDelete(demuxer);
  return status;
}

int moco_webp_decode(const uint8_t *bytes, size_t count, uint64_t max_pixels, int header_only, moco_image *image) {
  WebPData data = {.bytes = bytes, .size = count};
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  WebPDemuxer *demuxer = WebPDemuxPartial(&data, &state);
  if (!demuxer || state < WEBP_DEMUX_PARSED_HEADER) {
    int cut = state == WEBP_DEMUX_PARSING_HEADER;
    return say(image, demuxer, cut ? MOCO_IMAGE_TRUNCATED : MOCO_IMAGE_CORRUPT, "the header of the WebP file");
  }
  uint32_t flags = WebPDemuxGetI(demuxer, WEBP_FF_FORMAT_FLAGS);
  uint32_t frames = WebPDemuxGetI(demuxer, WEBP_FF_FRAME_COUNT);
  int alpha = (flags & ALPHA_FLAG) != 0;
  image->width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
  image->height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
  image->form = alpha ? MOCO_FORM_RGBA : MOCO_FORM_RGB;
  if (frames > 1) image->frames = frames;
  if (alpha) image->notes |= MOCO_NOTE_ALPHA;
  if (image->width == 0 || image->height == 0) {
    return say(image, demuxer, MOCO_IMAGE_CORRUPT, "an image without pixels");
  }
  WebPChunkIterator chunk;
  if (WebPDemuxGetChunk(demuxer, "ICCP", 1, &chunk)) {
    moco_note_profile(image, chunk.chunk.bytes, chunk.chunk.size);
    WebPDemuxReleaseChunkIterator(&chunk);
  }
  if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) {
    size_t skip = chunk.chunk.size > 6 && chunk.chunk.bytes[0] == 'E' ? 6 : 0;
    moco_note_exif(image, chunk.chunk.bytes + skip, chunk.chunk.size - skip);
    WebPDemuxReleaseChunkIterator(&chunk);
  }
  uint64_t area = (uint64_t)image->width * image->height;
  if (area > max_pixels || header_only) {
    WebPDemuxDelete(demuxer);
    return area > max_pixels ? MOCO_IMAGE_TOO_LARGE : MOCO_IMAGE_OK;
  }

  WebPIterator frame;
  if (!WebPDemuxGetFrame(demuxer, 1, &frame)) {
    return say(image, demuxer, MOCO_IMAGE_TRUNCATED, "the file ends inside the image");
  }
  // libwebp's limits keep a picture below 2^28 pixels, and its place on the canvas is checked here once more.
  int inside = frame.x_offset >= 0 && frame.y_offset >= 0 && frame.width > 0 && frame.height > 0 &&
               (uint32_t)frame.x_offset + (uint32_t)frame.width <= image->width &&
               (uint32_t)frame.y_offset + (uint32_t)frame.height <= image->height;
  WebPDecoderConfig config;
  if (!inside || !WebPInitDecoderConfig(&config)) {
    WebPDemuxReleaseIterator(&frame);
    return say(image, demuxer, MOCO_IMAGE_CORRUPT, "a frame outside the image");
  }
  size_t pixel = moco_form_bytes(image->form);
  size_t stride = pixel * image->width;
  // What the first frame does not cover is transparent black.
  uint8_t *pixels = calloc(image->height, stride);
  if (!pixels || stride > INT32_MAX) {
    free(pixels);
    WebPDemuxReleaseIterator(&frame);
    return say(image, demuxer, MOCO_IMAGE_NO_MEMORY, "");
  }
  size_t from = stride * (size_t)frame.y_offset + pixel * (size_t)frame.x_offset;
  config.output.colorspace = alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = pixels + from;
  config.output.u.RGBA.stride = (int)stride;
  config.output.u.RGBA.size = stride * image->height - from;
  VP8StatusCode status = WebPDecode(frame.fragment.bytes, frame.fragment.size, &config);
  if (status == VP8_STATUS_OK && (config.input.width != frame.width || config.input.height != frame.height)) {
    status = VP8_STATUS_BITSTREAM_ERROR;
  }
  WebPFreeDecBuffer(&config.output);
  WebPDemuxReleaseIterator(&frame);
  if (status == VP8_STATUS_OK) {
    WebPDemuxDelete(demuxer);
    image->pixels = pixels;
    return MOCO_IMAGE_OK;
  }
  free(pixels);
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: return say(image, demuxer, MOCO_IMAGE_NO_MEMORY, "");
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
      return say(image, demuxer, MOCO_IMAGE_TRUNCATED, "the file ends inside the image");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return say(image, demuxer, MOCO_IMAGE_UNSUPPORTED, "a WebP of this kind is not read");
    default: return say(image, demuxer, MOCO_IMAGE_CORRUPT, "the data of the WebP image");
  }
}
