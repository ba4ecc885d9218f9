#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "moco_cairo.h"

// What is used of cairo's stable interface (1.0 and later).
typedef struct cairo cairo;
typedef struct surface surface;
typedef struct pattern pattern;
typedef struct scaled_font scaled_font;
typedef struct {
  unsigned long index;
  double x, y;
} glyph;
typedef struct {
  double x_bearing, y_bearing, width, height, x_advance, y_advance;
} text_extents;

enum { FORMAT_RGB24 = 1, CAP_BUTT = 0, CAP_ROUND = 1, JOIN_MITER = 0, JOIN_ROUND = 1, FILTER_NEAREST = 3 };
enum { FONT_TYPE_USER = 4 };
enum { SLANT_NORMAL = 0, WEIGHT_NORMAL = 0, WEIGHT_BOLD = 1 };

#define FUNCTIONS(F)                                                              \
  F(surface *, image_surface_create, (int, int, int))                             \
  F(unsigned char *, image_surface_get_data, (surface *))                         \
  F(int, image_surface_get_stride, (surface *))                                   \
  F(int, surface_status, (surface *))                                             \
  F(void, surface_flush, (surface *))                                             \
  F(void, surface_mark_dirty, (surface *))                                        \
  F(void, surface_destroy, (surface *))                                           \
  F(cairo *, create, (surface *))                                                 \
  F(void, destroy, (cairo *))                                                     \
  F(int, status, (cairo *))                                                       \
  F(void, save, (cairo *))                                                        \
  F(void, restore, (cairo *))                                                     \
  F(void, scale, (cairo *, double, double))                                       \
  F(void, translate, (cairo *, double, double))                                   \
  F(void, rotate, (cairo *, double))                                              \
  F(void, set_source_rgba, (cairo *, double, double, double, double))             \
  F(void, set_source_surface, (cairo *, surface *, double, double))               \
  F(pattern *, get_source, (cairo *))                                             \
  F(void, pattern_set_filter, (pattern *, int))                                   \
  F(void, set_line_width, (cairo *, double))                                      \
  F(void, set_line_cap, (cairo *, int))                                           \
  F(void, set_line_join, (cairo *, int))                                          \
  F(void, new_path, (cairo *))                                                    \
  F(void, move_to, (cairo *, double, double))                                     \
  F(void, line_to, (cairo *, double, double))                                     \
  F(void, arc, (cairo *, double, double, double, double, double))                 \
  F(void, rectangle, (cairo *, double, double, double, double))                   \
  F(void, close_path, (cairo *))                                                  \
  F(void, fill, (cairo *))                                                        \
  F(void, fill_preserve, (cairo *))                                               \
  F(void, stroke, (cairo *))                                                      \
  F(void, paint, (cairo *))                                                       \
  F(void, select_font_face, (cairo *, const char *, int, int))                    \
  F(void, set_font_size, (cairo *, double))                                       \
  F(void, text_extents, (cairo *, const char *, text_extents *))                  \
  F(void, show_text, (cairo *, const char *))                                     \
  F(scaled_font *, get_scaled_font, (cairo *))                                    \
  F(int, scaled_font_get_type, (scaled_font *))                                   \
  F(int, scaled_font_text_to_glyphs,                                              \
    (scaled_font *, double, double, const char *, int, glyph **, int *, void *, void *, void *)) \
  F(void, glyph_free, (glyph *))

#define MEMBER(result, name, arguments) result(*name) arguments;
static struct {
  FUNCTIONS(MEMBER)
} c;

static bool is_loaded;

static void load(void) {
  void *library = dlopen("libcairo.so.2", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  bool found = true;
  void *symbol;
#define FIND(result, name, arguments)         \
  symbol = dlsym(library, "cairo_" #name);    \
  if (symbol == NULL) found = false;          \
  memcpy(&c.name, &symbol, sizeof symbol);
  FUNCTIONS(FIND)
  is_loaded = found;
}

struct moco_canvas {
  surface *surface;
  cairo *cairo;
  int width, height;
};

static const char *const family = "Helvetica";
static const double pi = 3.14159265358979323846;

static void set_color(moco_canvas *canvas, uint32_t color, double opacity) {
  c.set_source_rgba(
      canvas->cairo, (color >> 16 & 255) / 255.0, (color >> 8 & 255) / 255.0, (color & 255) / 255.0, opacity);
}

// Whether text has a width, in a context that an error spoils.
static bool has_font(surface *target) {
  cairo *cairo = c.create(target);
  text_extents extents = {0};
  c.select_font_face(cairo, family, SLANT_NORMAL, WEIGHT_NORMAL);
  c.set_font_size(cairo, 20);
  c.text_extents(cairo, "Ag", &extents);
  bool result = c.status(cairo) == 0 && extents.x_advance > 0 && extents.width > 0;
  c.destroy(cairo);
  return result;
}

int moco_canvas_open(int width, int height, double scale, moco_canvas **result) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  if (!is_loaded) return MOCO_CAIRO_MISSING;
  surface *target = c.image_surface_create(FORMAT_RGB24, width, height);
  moco_canvas *canvas = malloc(sizeof *canvas);
  if (canvas == NULL || c.surface_status(target) != 0) {
    free(canvas);
    c.surface_destroy(target);
    return MOCO_CAIRO_FAILED;
  }
  if (!has_font(target)) {
    free(canvas);
    c.surface_destroy(target);
    return MOCO_CAIRO_NO_FONT;
  }
  *canvas = (moco_canvas){.surface = target, .cairo = c.create(target), .width = width, .height = height};
  c.set_source_rgba(canvas->cairo, 1, 1, 1, 1);
  c.paint(canvas->cairo);
  c.scale(canvas->cairo, scale, scale);
  *result = canvas;
  return MOCO_CAIRO_OK;
}

void moco_canvas_close(moco_canvas *canvas) {
  c.destroy(canvas->cairo);
  c.surface_destroy(canvas->surface);
  free(canvas);
}

bool moco_canvas_is_fine(moco_canvas *canvas) { return c.status(canvas->cairo) == 0; }

void moco_canvas_pixels(moco_canvas *canvas, uint8_t *pixels) {
  c.surface_flush(canvas->surface);
  const unsigned char *data = c.image_surface_get_data(canvas->surface);
  int stride = c.image_surface_get_stride(canvas->surface);
  for (int y = 0; y < canvas->height; y++) {
    for (int x = 0; x < canvas->width; x++) {
      uint32_t pixel;
      memcpy(&pixel, data + (size_t)y * (size_t)stride + (size_t)x * 4, 4);
      *pixels++ = (uint8_t)(pixel >> 16);
      *pixels++ = (uint8_t)(pixel >> 8);
      *pixels++ = (uint8_t)pixel;
    }
  }
}

void moco_canvas_rectangle(
    moco_canvas *canvas, double x, double y, double width, double height, double radius, uint32_t fill,
    int64_t stroke) {
  cairo *cairo = canvas->cairo;
  double most = (width < height ? width : height) / 2;
  double r = radius < most ? radius : most;
  c.new_path(cairo);
  if (r > 0) {
    c.arc(cairo, x + width - r, y + r, r, -pi / 2, 0);
    c.arc(cairo, x + width - r, y + height - r, r, 0, pi / 2);
    c.arc(cairo, x + r, y + height - r, r, pi / 2, pi);
    c.arc(cairo, x + r, y + r, r, pi, 3 * pi / 2);
    c.close_path(cairo);
  } else {
    c.rectangle(cairo, x, y, width, height);
  }
  set_color(canvas, fill, 1);
  if (stroke < 0) {
    c.fill(cairo);
    return;
  }
  c.fill_preserve(cairo);
  set_color(canvas, (uint32_t)stroke, 1);
  c.set_line_width(cairo, 1);
  c.stroke(cairo);
}

static void trace(moco_canvas *canvas, const double *points, int count) {
  c.new_path(canvas->cairo);
  for (int i = 0; i < count; i++) {
    if (i == 0) {
      c.move_to(canvas->cairo, points[0], points[1]);
    } else {
      c.line_to(canvas->cairo, points[2 * i], points[2 * i + 1]);
    }
  }
}

void moco_canvas_curve(
    moco_canvas *canvas, const double *points, int count, uint32_t color, double width, bool is_round) {
  trace(canvas, points, count);
  set_color(canvas, color, 1);
  c.set_line_width(canvas->cairo, width);
  c.set_line_cap(canvas->cairo, is_round ? CAP_ROUND : CAP_BUTT);
  c.set_line_join(canvas->cairo, is_round ? JOIN_ROUND : JOIN_MITER);
  c.stroke(canvas->cairo);
}

void moco_canvas_area(moco_canvas *canvas, const double *points, int count, uint32_t color, double opacity) {
  trace(canvas, points, count);
  c.close_path(canvas->cairo);
  set_color(canvas, color, opacity);
  c.fill(canvas->cairo);
}

void moco_canvas_dot(moco_canvas *canvas, double x, double y, double radius, uint32_t color) {
  c.new_path(canvas->cairo);
  c.arc(canvas->cairo, x, y, radius, 0, 2 * pi);
  set_color(canvas, color, 1);
  c.fill(canvas->cairo);
}

void moco_canvas_text(
    moco_canvas *canvas, const char *text, double x, double y, double size, double anchor, double room, uint32_t fill,
    bool bold, double degrees) {
  cairo *cairo = canvas->cairo;
  text_extents extents = {0};
  c.save(cairo);
  c.select_font_face(cairo, family, SLANT_NORMAL, bold ? WEIGHT_BOLD : WEIGHT_NORMAL);
  c.set_font_size(cairo, size);
  c.text_extents(cairo, text, &extents);
  double narrow = extents.x_advance > room && room > 0 ? room / extents.x_advance : 1;
  c.translate(cairo, x, y);
  if (degrees != 0) c.rotate(cairo, degrees * pi / 180);
  c.translate(cairo, -anchor * extents.x_advance * narrow, 0);
  c.scale(cairo, narrow, 1);
  set_color(canvas, fill, 1);
  c.new_path(cairo);
  c.move_to(cairo, 0, 0);
  c.show_text(cairo, text);
  c.restore(cairo);
}

bool moco_canvas_has(moco_canvas *canvas, const char *character) {
  c.select_font_face(canvas->cairo, family, SLANT_NORMAL, WEIGHT_NORMAL);
  scaled_font *font = c.get_scaled_font(canvas->cairo);
  // Where no font is installed cairo has one of its own, for ASCII.
  if (c.scaled_font_get_type(font) == FONT_TYPE_USER) return (unsigned char)character[0] < 128;
  glyph *glyphs = NULL;
  int count = 0;
  if (c.scaled_font_text_to_glyphs(font, 0, 0, character, -1, &glyphs, &count, NULL, NULL, NULL) != 0) return false;
  bool result = count > 0;
  for (int i = 0; i < count; i++) {
    if (glyphs[i].index == 0) result = false;
  }
  c.glyph_free(glyphs);
  return result;
}

void moco_canvas_image(
    moco_canvas *canvas, const uint8_t *pixels, int columns, int rows, double x, double y, double width,
    double height) {
  surface *source = c.image_surface_create(FORMAT_RGB24, columns, rows);
  if (c.surface_status(source) == 0) {
    unsigned char *data = c.image_surface_get_data(source);
    int stride = c.image_surface_get_stride(source);
    c.surface_flush(source);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++, pixels += 3) {
        uint32_t pixel = (uint32_t)pixels[0] << 16 | (uint32_t)pixels[1] << 8 | pixels[2];
        memcpy(data + (size_t)row * (size_t)stride + (size_t)column * 4, &pixel, 4);
      }
    }
    c.surface_mark_dirty(source);
    c.save(canvas->cairo);
    c.translate(canvas->cairo, x, y);
    c.scale(canvas->cairo, width / columns, height / rows);
    c.new_path(canvas->cairo);
    c.rectangle(canvas->cairo, 0, 0, columns, rows);
    c.set_source_surface(canvas->cairo, source, 0, 0);
    c.pattern_set_filter(c.get_source(canvas->cairo), FILTER_NEAREST);
    c.fill(canvas->cairo);
    c.restore(canvas->cairo);
  }
  c.surface_destroy(source);
}
