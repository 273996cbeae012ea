/* How the page looks: on a screen light and dark, wide and narrow, and on paper. */
#pragma once

#include "provider-svc/core/figures/pen.h"

/* The style sheet. Nothing in it loads anything. */
void page_style_write(struct pen *pen);
