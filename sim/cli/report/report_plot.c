#include "report_plot.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "progress.h"

#define GNUPLOT_SECONDS 60.0 /* it takes a tenth of one */
#define WIDTH 640
#define HEIGHT 300

/* A name goes to gnuplot within double quotes: only what can't end them or begin an escape. */
static void add_name(struct pc_buffer *data, const char *name) {
  static const char harmless[] = " _.=,:+-/%[]()";
  pc_buffer_append(data, "\"", 1);
  for (const char *c = name; *c != '\0'; c++) {
    bool safe = isascii((unsigned char)*c) && (isalnum((unsigned char)*c) || strchr(harmless, *c) != NULL);
    pc_buffer_append(data, safe ? c : "?", 1);
  }
  pc_buffer_append(data, "\"", 1);
}

void pc_plot_point(struct pc_plot *plot, const double *numbers, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++) {
    pc_buffer_print(&plot->data, "%.9g ", numbers[i]);
  }
  if (name != NULL) {
    add_name(&plot->data, name);
  }
  pc_buffer_append(&plot->data, "\n", 1);
}

void pc_plot_next_series(struct pc_plot *plot, const char *name) {
  if (plot->series++ > 0) {
    pc_buffer_print(&plot->data, "\n\n");
  }
  add_name(&plot->data, name);
  pc_buffer_append(&plot->data, "\n", 1);
}

/* What each kind of plot says to gnuplot, once it has `$data` and `series`. Colours stand out on white as on black;
   black is the page's own colour. */
static const char *const scripts[] = {
    [PC_PLOT_BARS] =
        "set yrange [0:*]\nstats $data using 1:2 nooutput\n"
        "half = STATS_max_x - STATS_min_x < 20 ? 0.7 : 0.03 * (STATS_max_x - STATS_min_x)\n"
        "set xrange [STATS_min_x-half:STATS_max_x+half]\n"
        "if (STATS_max_x - STATS_min_x < 20) { set xtics 1 }\nif (STATS_max_y < 10) { set ytics 1 }\n"
        "plot $data using 1:2:3 with boxes linecolor rgb '#3b82c4'\n",
    [PC_PLOT_SPANS] =
        "set logscale xy\nset yrange [0.5:*]\nset autoscale xfix\n"
        "plot $data using (sqrt($1*$2)):($3/2.0):1:2:(0.5):3 with boxxyerror linecolor rgb '#3b82c4'\n",
    [PC_PLOT_NAMED] =
        "set boxwidth 0.6\nset yrange [0:*]\nset xtics rotate by -25\n"
        "plot $data using 0:1:xtic(2) with boxes linecolor rgb '#3b82c4'\n",
    [PC_PLOT_LINES] =
        "set key outside right noenhanced\nset yrange [0:*]\n"
        "set linetype 1 linecolor rgb '#3b82c4'\nset linetype 2 linecolor rgb '#d9822b'\n"
        "set linetype 3 linecolor rgb '#2f9e62'\nset linetype 4 linecolor rgb '#c2559d'\n"
        "set linetype 5 linecolor rgb '#8c7ae6'\nset linetype 6 linecolor rgb '#9a8f2f'\n"
        "plot for [i=0:series-1] $data index i using 1:2 with lines linewidth 2.5 linetype i+1 "
        "dashtype i+1 title columnheader(1)\n",
    [PC_PLOT_HEAT] =
        "set palette defined (0 '#3a528b', 0.5 '#21918c', 0.8 '#7ad151', 1 '#fde725') maxcolors 24\n"
        "set cbrange [0:*]\nunset grid\nset autoscale fix\n"
        "plot $data using (($1+$2)/2):($3+$4/2.0-0.5):1:2:($3-0.5):($3+$4-0.5):5 with boxxyerror "
        "linecolor palette\n",
    [PC_PLOT_DOTS] =
        "stats $data using 1:2 nooutput\n"
        "w = STATS_max_x - STATS_min_x\nh = STATS_max_y - STATS_min_y\n"
        "w = w == 0 ? 1 : w\nh = h == 0 ? 1 : h\nset style circle radius graph 0.012\n"
        "set xrange [STATS_min_x-0.1*w:STATS_max_x+0.3*w]\n"
        "set yrange [STATS_min_y-0.15*h:STATS_max_y+0.15*h]\n"
        "plot $data using 1:2 with circles linecolor rgb '#3b82c4', "
        "$data using 1:2:3 with labels left offset 1,0.5\n",
};

static void print_script(const struct pc_plot *plot, struct pc_buffer *script) {
  pc_buffer_print(script,
                  "set terminal svg size %d,%d dynamic noenhanced font 'sans-serif,14'\n"
                  "set border 3\nset tics nomirror out\nset key off\nset style fill solid 1.0 noborder\n"
                  "set grid y linetype 1 linecolor rgb '#8a929a' linewidth 0.4\n"
                  "set xlabel '%s'\nset ylabel '%s'\nset format xy '%%.10g'\nseries = %u\n$data << POWERCUT_END\n",
                  WIDTH, HEIGHT, plot->x, plot->y, plot->series);
  pc_buffer_append(script, plot->data.data, plot->data.size);
  pc_buffer_print(script, "POWERCUT_END\n%s", scripts[plot->kind]);
}

/* What stands between the tags `open` and `close` is left out; the place behind it, or NULL if it isn't there. */
static const char *skip_element(const char *at, const char *open, const char *close) {
  if (strncmp(at, open, strlen(open)) != 0) {
    return NULL;
  }
  const char *end = strstr(at, close);
  return end == NULL ? NULL : end + strlen(close);
}

/* The same for an attribute. */
static const char *skip_id(const char *at) {
  static const char open[] = " id=\"";
  if (strncmp(at, open, sizeof open - 1) != 0) {
    return NULL;
  }
  const char *end = strchr(at + sizeof open - 1, '"');
  return end == NULL ? NULL : end + 1;
}

/* Leaves out what would be twice in a page of several plots (ids, the shapes of points that we don't use) or tells
   nobody anything (titles of gnuplot's). */
static void take_svg(const char *svg, struct pc_buffer *body) {
  const char *at = strstr(svg, "<svg");
  at = at == NULL ? NULL : strchr(at, '>');
  if (at == NULL) {
    body->failed = true;
    return;
  }
  for (at++; *at != '\0';) {
    const char *next = skip_element(at, "<title>", "</title>");
    next = next != NULL ? next : skip_element(at, "<desc>", "</desc>");
    next = next != NULL ? next : skip_element(at, "<defs>", "</defs>");
    next = next != NULL ? next : skip_id(at);
    if (next == NULL) {
      pc_buffer_append(body, at, 1);
      next = at + 1;
    }
    at = next;
  }
}

static void write_figure(struct pc_report *report, const struct pc_plot *plot, const char *svg_body) {
  struct pc_markup *page = &report->page;
  unsigned number = ++report->figures;
  pc_markup_open(page, "figure");
  pc_markup_open(page, "div");
  pc_markup_attribute(page, "class", "plot");
  pc_markup_attribute(page, "tabindex", "0");
  pc_markup_attribute(page, "role", "group");
  pc_markup_attribute(page, "aria-labelledby", "figure-%u", number);
  pc_markup_open(page, "svg");
  pc_markup_attribute(page, "xmlns", "http://www.w3.org/2000/svg");
  pc_markup_attribute(page, "viewBox", "0 0 %d %d", WIDTH, HEIGHT);
  pc_markup_attribute(page, "role", "img");
  pc_markup_attribute(page, "aria-labelledby", "plot-%u-title plot-%u-text", number, number);
  pc_markup_open(page, "title");
  pc_markup_attribute(page, "id", "plot-%u-title", number);
  pc_markup_text(page, plot->title);
  pc_markup_close(page);
  pc_markup_open(page, "desc");
  pc_markup_attribute(page, "id", "plot-%u-text", number);
  pc_markup_text(page, plot->description);
  pc_markup_close(page);
  pc_markup_raw(page, svg_body); /* gnuplot's, up to the end tag */
  pc_markup_close(page);
  pc_markup_close(page);
  pc_markup_open(page, "figcaption");
  pc_markup_attribute(page, "id", "figure-%u", number);
  pc_markup_print(page, "Figure %u: %s", number, plot->title);
  pc_markup_close(page);
  pc_markup_close(page);
}

static enum pc_result take_plot(struct pc_report *report, const struct pc_plot *plot,
                                const struct pc_child_outcome *outcome, struct pc_error *error) {
  if (!outcome->found) {
    report->plots = false;
    pc_report_paragraph(report, "about", "The plots are left out: gnuplot is not installed where this was made.");
    return PC_OK;
  }
  struct pc_buffer body = {0};
  if (outcome->status == 0 && outcome->output.size > 0) {
    take_svg((const char *)outcome->output.data, &body);
  }
  char *end = body.data == NULL || body.failed ? NULL : strstr((char *)body.data, "</svg>");
  enum pc_result err = PC_OK;
  if (end == NULL) {
    err = pc_fail(error, PC_ENVIRONMENT, "gnuplot could not draw \"%s\": %s", plot->title,
                  outcome->stopped            ? "it took too long"
                  : outcome->errors.size == 0 ? "it said nothing"
                                              : (char *)outcome->errors.data);
  } else {
    *end = '\0';
    write_figure(report, plot, (const char *)body.data);
  }
  pc_buffer_free(&body);
  return err;
}

enum pc_result pc_plot_draw(struct pc_report *report, struct pc_plot *plot, struct pc_error *error) {
  enum pc_result err = plot->data.failed ? pc_fail_memory(error) : PC_OK;
  if (err || !report->plots || plot->data.size == 0) {
    pc_buffer_free(&plot->data);
    return err;
  }
  struct pc_buffer script = {0};
  print_script(plot, &script);
  pc_buffer_free(&plot->data);
  err = script.failed ? pc_fail_memory(error) : PC_OK;
  if (!err) {
    static const char *const argv[] = {"gnuplot", NULL};
    const struct pc_child child = {
        .argv = argv, .input = {script.data, script.size}, .deadline = pc_seconds() + GNUPLOT_SECONDS};
    struct pc_child_outcome outcome;
    err = pc_child_run(&child, &outcome, error);
    if (!err) {
      err = take_plot(report, plot, &outcome, error);
    }
    pc_child_outcome_free(&outcome);
  }
  pc_buffer_free(&script);
  return err;
}
