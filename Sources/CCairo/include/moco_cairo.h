// Pictures of figures through cairo, which is loaded by name when the first one is drawn: who draws none needs none.
#ifndef MOCO_CAIRO_H
#define MOCO_CAIRO_H

#include <stdbool.h>
#include <stdint.h>

enum moco_cairo_status {
  MOCO_CAIRO_OK = 0,
  MOCO_CAIRO_MISSING = 1,    // libcairo.so.2 cannot be loaded
  MOCO_CAIRO_NO_FONT = 2,    // no font that text could be set in
  MOCO_CAIRO_FAILED = 3,     // no memory, or a size that cairo does not take
};

typedef struct moco_canvas moco_canvas;

// A colour is 0xRRGGBB. Lengths are in units of which `scale` pixels are one.

// - Returns: an enum moco_cairo_status; with MOCO_CAIRO_OK a white canvas in *canvas.
int moco_canvas_open(int width, int height, double scale, moco_canvas **canvas);
void moco_canvas_close(moco_canvas *canvas);
// - Returns: whether everything so far could be drawn.
bool moco_canvas_is_fine(moco_canvas *canvas);
// The pixels, row by row, three bytes each: red, green, blue. `pixels` has room for width x height x 3 of them.
void moco_canvas_pixels(moco_canvas *canvas, uint8_t *pixels);

// With stroke >= 0 also an outline of that colour, one unit wide.
void moco_canvas_rectangle(
    moco_canvas *canvas, double x, double y, double width, double height, double radius, uint32_t fill, int64_t stroke);
// `points` holds x and y in turn.
void moco_canvas_curve(
    moco_canvas *canvas, const double *points, int count, uint32_t color, double width, bool is_round);
void moco_canvas_area(moco_canvas *canvas, const double *points, int count, uint32_t color, double opacity);
void moco_canvas_dot(moco_canvas *canvas, double x, double y, double radius, uint32_t color);
// `anchor` is 0, 0.5 or 1: how much of the text stands before x. Text that is wider than `room` is narrowed to it.
// `degrees` turns around (x, y), clockwise.
void moco_canvas_text(
    moco_canvas *canvas, const char *text, double x, double y, double size, double anchor, double room, uint32_t fill,
    bool bold, double degrees);
// Whether the font has a character, which is given as UTF-8; otherwise it is drawn as a box.
bool moco_canvas_has(moco_canvas *canvas, const char *character);
// `pixels` as those of moco_canvas_pixels; every one is a rectangle.
void moco_canvas_image(
    moco_canvas *canvas, const uint8_t *pixels, int columns, int rows, double x, double y, double width, double height);

#endif
