/* What the build puts into the command: the files of sim/cli/new_store/templates, in which each @NAME@ stands for the
   store's name. */
#ifndef PC_CLI_TEMPLATES_H
#define PC_CLI_TEMPLATES_H

extern const char pc_template_store[];
extern const char pc_template_makefile[];
extern const char pc_template_scenario[];

/* The styles of a report: reports/page/report.css. */
extern const char pc_report_css[];

#endif
