// cmark-gfm, the parser of GitHub's Markdown, with its extensions.
#ifndef MOCO_CMARKDOWN_H
#define MOCO_CMARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

// A parsed text. Every function takes NULL and gives nothing for it.
typedef struct cm_document cm_document;
typedef struct cmark_node cm_node;

// NULL where memory runs out.
cm_document *cm_parse(const char *text, size_t length);
void cm_free(cm_document *document);

// The blocks of the text, one after the other.
cm_node *cm_first(cm_document *document);
cm_node *cm_next(cm_node *node);

// 1 to 6 for a heading; 0 for everything else.
int cm_heading_level(cm_node *node);

// A block as HTML without raw HTML and without dangerous addresses; of a heading the text within it. To be freed.
char *cm_html(cm_document *document, cm_node *block);
// The words of a block. To be freed.
char *cm_words(cm_node *block);

// Calls back for every picture below a block, with its address; what comes back replaces the address. Where nothing
// comes back the picture becomes its words.
void cm_replace_pictures(cm_node *block, char *(*replace)(const char *address, void *context), void *context);

#endif
