/* powercut new-store: writes the skeleton of a plugin, which builds and runs as it is. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "command.h"
#include "output.h"
#include "templates.h"

enum { OPTION_INCLUDE = 0x100, NAME_MAX_SIZE = 31, PATH_SIZE = 4096 };

static const struct argp_option options[] = {
    {.name = "output", .key = 'o', .arg = "DIR", .doc = "the folder that is written to; it is made (default: NAME)"},
    {.name = "include", .key = OPTION_INCLUDE, .doc = "print where powercut's headers are, and do nothing else"},
    {0},
};

static const char doc[] =
    "Writes a store of your own to start from: NAME.c, a Makefile and scenario.yaml. It builds and runs as it is: "
    "`make "
    "check'.\vNAME is of letters, digits, '-' and '_', and begins with a letter. A file that is there already is never "
    "overwritten. Exit status: 0 it is written, 2 bad usage or a file is in the way (nothing is written), 3 the "
    "environment failed.";

struct arguments {
  const char *name, *folder;
  bool include;
};

static bool is_letter(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

static bool is_name(const char *text) {
  if (!is_letter(text[0]) || strlen(text) > NAME_MAX_SIZE) {
    return false;
  }
  for (; *text != '\0'; text++) {
    if (!is_letter(*text) && !(*text >= '0' && *text <= '9') && *text != '-' && *text != '_') {
      return false;
    }
  }
  return true;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  switch (key) {
    case 'o':
      arguments->folder = argument;
      return 0;
    case OPTION_INCLUDE:
      arguments->include = true;
      return 0;
    case ARGP_KEY_ARG:
      pc_argument_single(state, &arguments->name, argument);
      if (!is_name(argument)) {
        argp_error(state, "'%s' is no name for a store: up to %d letters, digits, '-' and '_', a letter first",
                   argument, NAME_MAX_SIZE);
      }
      return 0;
    case ARGP_KEY_END:
      if (arguments->name == NULL && !arguments->include) {
        argp_error(state, "a NAME is missing");
      }
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

/* The command's own folder, without the last '/'. */
static bool command_folder(char *folder) {
  ssize_t size = readlink("/proc/self/exe", folder, PATH_SIZE - 1);
  if (size < 0) {
    return false;
  }
  folder[size] = '\0';
  char *slash = strrchr(folder, '/');
  if (slash != NULL) {
    *slash = '\0';
  }
  return slash != NULL;
}

static bool has_headers(const char *folder) {
  struct pc_buffer header = {0};
  pc_buffer_print(&header, "%s/powercut/store.h", folder);
  bool there = !header.failed && access((const char *)header.data, R_OK) == 0;
  pc_buffer_free(&header);
  return there;
}

/* Beside the command once it is installed, else in the tree that it was built from: the build says both, the first as
   the way from the command's folder. */
static enum pc_result print_include(struct pc_error *error) {
  char folder[PATH_SIZE];
  struct pc_buffer text = {0};
  if (command_folder(folder)) {
    pc_buffer_print(&text, "%s/%s", folder, PC_INCLUDE_FROM_COMMAND);
  }
  if (text.failed || text.data == NULL || !has_headers((const char *)text.data)) {
    pc_buffer_free(&text);
    if (!has_headers(PC_INCLUDE_IN_TREE)) {
      return pc_fail(error, PC_ENVIRONMENT, "the headers are neither installed beside the command nor in %s",
                     PC_INCLUDE_IN_TREE);
    }
    pc_buffer_print(&text, "%s", PC_INCLUDE_IN_TREE);
  }
  pc_buffer_append(&text, "\n", 1);
  return pc_output_buffer(stdout, &text, error);
}

/* A file of the skeleton. */
struct skeleton_file {
  struct pc_buffer path, text;
};
enum { FILE_COUNT = 3 };

/* Puts the name in each place of the template that asks for it. */
static void fill_in(struct pc_buffer *text, const char *template, const char *name) {
  static const char place[] = "@NAME@";
  for (const char *at = strstr(template, place); at != NULL; at = strstr(template, place)) {
    pc_buffer_append(text, template, (size_t)(at - template));
    pc_buffer_append(text, name, strlen(name));
    template = at + strlen(place);
  }
  pc_buffer_append(text, template, strlen(template));
}

static enum pc_result build(const struct arguments *arguments, struct skeleton_file *files, struct pc_error *error) {
  pc_buffer_print(&files[0].path, "%s/%s.c", arguments->folder, arguments->name);
  fill_in(&files[0].text, pc_template_store, arguments->name);
  pc_buffer_print(&files[1].path, "%s/Makefile", arguments->folder);
  fill_in(&files[1].text, pc_template_makefile, arguments->name);
  pc_buffer_print(&files[2].path, "%s/scenario.yaml", arguments->folder);
  fill_in(&files[2].text, pc_template_scenario, arguments->name);
  for (size_t i = 0; i < FILE_COUNT; i++) {
    if (files[i].path.failed || files[i].text.failed) {
      return pc_fail_memory(error);
    }
  }
  return PC_OK;
}

/* Nothing is written if one of them is there. */
static enum pc_result refuse_existing(const struct skeleton_file *files, struct pc_error *error) {
  for (size_t i = 0; i < FILE_COUNT; i++) {
    const char *path = (const char *)files[i].path.data;
    struct stat there;
    if (lstat(path, &there) == 0) {
      return pc_fail(error, PC_BAD_INPUT, "%s is there already, and is not overwritten", path);
    }
    if (errno == ENOTDIR) {
      return pc_fail(error, PC_BAD_INPUT, "%s: %s", path, strerror(errno));
    }
  }
  return PC_OK;
}

static enum pc_result write_new(const struct skeleton_file *file, struct pc_error *error) {
  const char *path = (const char *)file->path.data;
  int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: %s", path, strerror(errno));
  }
  size_t done = 0;
  while (done < file->text.size) {
    ssize_t size = write(descriptor, file->text.data + done, file->text.size - done);
    if (size < 0 && errno != EINTR) {
      enum pc_result err = pc_fail(error, PC_ENVIRONMENT, "%s: %s", path, strerror(errno));
      (void)close(descriptor);
      return err;
    }
    done += size > 0 ? (size_t)size : 0;
  }
  return close(descriptor) == 0 ? PC_OK : pc_fail(error, PC_ENVIRONMENT, "%s: %s", path, strerror(errno));
}

static enum pc_result write_files(const struct arguments *arguments, const struct skeleton_file *files,
                                  struct pc_error *error) {
  if (mkdir(arguments->folder, 0777) != 0 && errno != EEXIST) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: %s", arguments->folder, strerror(errno));
  }
  enum pc_result err = PC_OK;
  for (size_t i = 0; i < FILE_COUNT && !err; i++) {
    err = write_new(&files[i], error);
  }
  return err;
}

static enum pc_result write_skeleton(const struct arguments *arguments, struct pc_error *error) {
  struct skeleton_file files[FILE_COUNT] = {0};
  enum pc_result err = build(arguments, files, error);
  if (!err) {
    err = refuse_existing(files, error);
  }
  if (!err) {
    err = write_files(arguments, files, error);
  }
  struct pc_buffer told = {0};
  for (size_t i = 0; i < FILE_COUNT; i++) {
    pc_buffer_print(&told, "%s\n", err ? "" : (const char *)files[i].path.data);
    pc_buffer_free(&files[i].path);
    pc_buffer_free(&files[i].text);
  }
  if (err) {
    pc_buffer_free(&told);
    return err;
  }
  pc_buffer_print(&told, "Try it: make -C %s check\n", arguments->folder);
  return pc_output_buffer(stdout, &told, error);
}

enum pc_exit pc_command_new_store(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .args_doc = "NAME", .doc = doc};
  struct arguments arguments = {0};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
  if (arguments.folder == NULL) {
    arguments.folder = arguments.name;
  }
  struct pc_error error;
  enum pc_result err = arguments.include ? print_include(&error) : write_skeleton(&arguments, &error);
  return err ? pc_output_error(err, &error) : PC_EXIT_HELD;
}
