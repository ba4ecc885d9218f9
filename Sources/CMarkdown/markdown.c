#include "CMarkdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <stdlib.h>
#include <string.h>

struct cm_document {
  cmark_parser *parser;
  cmark_node *root;
};

static const int options = CMARK_OPT_VALIDATE_UTF8;

cm_document *cm_parse(const char *text, size_t length) {
  static const char *const extensions[] = {"table", "strikethrough", "autolink", "tasklist"};
  cm_document *document = calloc(1, sizeof *document);
  if (document == NULL) return NULL;
  cmark_gfm_core_extensions_ensure_registered();
  document->parser = cmark_parser_new(options);
  for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
    cmark_syntax_extension *extension = cmark_find_syntax_extension(extensions[i]);
    if (extension != NULL) cmark_parser_attach_syntax_extension(document->parser, extension);
  }
  cmark_parser_feed(document->parser, text, length);
  document->root = cmark_parser_finish(document->parser);
  return document;
}

void cm_free(cm_document *document) {
  if (document == NULL) return;
  if (document->root != NULL) cmark_node_free(document->root);
  cmark_parser_free(document->parser);
  free(document);
}

cm_node *cm_first(cm_document *document) {
  return document == NULL || document->root == NULL ? NULL : cmark_node_first_child(document->root);
}

cm_node *cm_next(cm_node *node) { return node == NULL ? NULL : cmark_node_next(node); }

int cm_heading_level(cm_node *node) {
  return node != NULL && cmark_node_get_type(node) == CMARK_NODE_HEADING ? cmark_node_get_heading_level(node) : 0;
}

char *cm_html(cm_document *document, cm_node *block) {
  if (document == NULL || block == NULL) return NULL;
  cmark_llist *extensions = cmark_parser_get_syntax_extensions(document->parser);
  if (cm_heading_level(block) == 0) return cmark_render_html(block, options, extensions);
  // The children of a heading, one after the other.
  char *result = calloc(1, 1);
  for (cmark_node *child = cmark_node_first_child(block); child != NULL && result != NULL;
       child = cmark_node_next(child)) {
    char *part = cmark_render_html(child, options, extensions);
    if (part == NULL) continue;
    size_t before = strlen(result), added = strlen(part);
    char *longer = realloc(result, before + added + 1);
    if (longer == NULL) {
      free(result);
      result = NULL;
    } else {
      result = longer;
      memcpy(result + before, part, added + 1);
    }
    free(part);
  }
  return result;
}

char *cm_words(cm_node *block) {
  return block == NULL ? NULL : cmark_render_plaintext(block, options, 0);
}

void cm_replace_pictures(cm_node *block, char *(*replace)(const char *address, void *context), void *context) {
  if (block == NULL) return;
  cmark_iter *iter = cmark_iter_new(block);
  cmark_event_type event;
  while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
    cmark_node *node = cmark_iter_get_node(iter);
    if (event != CMARK_EVENT_EXIT || cmark_node_get_type(node) != CMARK_NODE_IMAGE) continue;
    const char *address = cmark_node_get_url(node);
    char *other = replace(address == NULL ? "" : address, context);
    if (other != NULL) {
      cmark_node_set_url(node, other);
      free(other);
      continue;
    }
    // Its words take the place of the picture.
    cmark_node *child;
    while ((child = cmark_node_first_child(node)) != NULL) {
      cmark_node_unlink(child);
      if (cmark_node_insert_before(node, child) == 0) cmark_node_free(child);
    }
    cmark_node_set_url(node, "");
    cmark_node_unlink(node);
    cmark_node_free(node);
  }
  cmark_iter_free(iter);
}
