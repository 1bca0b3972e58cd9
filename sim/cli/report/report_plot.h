/* Plots: drawn by gnuplot, put into the page as SVG that takes the page's colours. */
#ifndef PC_CLI_REPORT_PLOT_H
#define PC_CLI_REPORT_PLOT_H

#include "report.h"

enum pc_plot_kind {
  PC_PLOT_BARS,  /* of x, y and width */
  PC_PLOT_SPANS, /* bars from x to x and y high, on logarithmic axes */
  PC_PLOT_NAMED, /* bars with a name each */
  PC_PLOT_LINES, /* series of x and y */
  PC_PLOT_HEAT,  /* cells: from and until x, from y and how high, and the value that colours it */
  PC_PLOT_DOTS,  /* x and y, with a name each */
};

struct pc_plot {
  enum pc_plot_kind kind;
  const char *title;       /* its name for all, below it */
  const char *description; /* what those hear who don't see it */
  const char *x, *y;       /* labels of the axes */
  struct pc_buffer data;   /* lines of numbers (and then a name), made with pc_plot_point; freed by pc_plot_draw */
  uint32_t series;         /* of PC_PLOT_LINES: how many; they are divided by pc_plot_next_series */
};

/* Adds a point. `name` (NULL: none) may be any text; what gnuplot could take for more than a name is left out. */
void pc_plot_point(struct pc_plot *plot, const double *numbers, size_t count, const char *name);
void pc_plot_next_series(struct pc_plot *plot, const char *name);

/* Draws it as a figure of the page. Without data it is left out. Without gnuplot the figure says so. PC_ENVIRONMENT:
   gnuplot failed. */
enum pc_result pc_plot_draw(struct pc_report *report, struct pc_plot *plot, struct pc_error *error);

#endif
