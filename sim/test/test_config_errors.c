/*
 * Scenarios that are wrong: each mistake names its file and line, or its --set, and what would be right.
 */
#include <criterion/criterion.h>
#include <sys/stat.h>

#include "test_config_help.h"

TestSuite(config_errors, .init = enter_folder, .fini = leave_folder);

Test(config_errors, every_mistake_names_its_line_and_what_would_be_right) {
  static const struct {
    const char *find, *replacement, *message;
  } cases[] = {
      {"depth", "dept", "s.yaml:18: unknown key 'dept' in power; did you mean 'depth'?"},
      {"seed", "sede", "s.yaml:21: unknown key 'sede'; did you mean 'seed'?"},
      {"seed: 7", "variants: {}",
       "s.yaml:21: unknown key 'variants'; known are name, device, store, workload, power, faults, seed, wear, matrix"},
      {"  limit: 9", "  depth: 3", "s.yaml:20: 'depth' is given twice in power, first on line 18"},
      {"seed: 7", "name: again", "s.yaml:21: 'name' is given twice, first on line 1"},
      {"  redundancy: 2", "  engine: x", "s.yaml:7: 'engine' is given twice in store, first on line 6"},
      {"  redundancy: 2", "  a: 1\n  b: 2\n  a: 1", "s.yaml:9: 'a' is given twice in store, first on line 7"},
      {"  redundancy: 2", "  redundancy: [1, 2]", "s.yaml:7: store.redundancy must be a single value, not a list"},
      {"  engine: norkv", "  engin: norkv", "s.yaml:6: unknown key 'engin' in store; did you mean 'engine'?"},
      {"  engine: norkv\n", "", "s.yaml:5: 'engine' or 'plugin' is missing in store"},
      {"  redundancy: 2", "  plugin: ./x.so", "s.yaml:5: store has both 'engine' and 'plugin': one is enough"},
      {"engine: norkv", "engine: [norkv]", "s.yaml:6: store.engine must be a text, not a list"},
      {"engine: norkv", "engine: \"\"", "s.yaml:6: store.engine must be a text, not empty"},
      {"name: good", "name:", "s.yaml:1: name must be a text, not empty"},
      {"name: good", "name: {a: b}", "s.yaml:1: name must be a text, not a mapping"},
      {"  profile: w25q128jv\n", "", "s.yaml:2: 'profile' is missing in device"},
      {"  sectors: 16\n", "", "s.yaml:2: 'sectors' is missing in device"},
      {"w25q128jv", "w25q128vj", "s.yaml:3: unknown profile 'w25q128vj'; did you mean 'w25q128jv'?"},
      {"w25q128jv", "none",
       "s.yaml:3: unknown profile 'none'; known are ideal, mx25r6435f, nrf52840, rp2040_w25q16, stm32g4, stm32h7, "
       "stm32l4, w25q128jv"},
      {"w25q128jv", "./none.yaml", "s.yaml:3: ./none.yaml: cannot open: No such file or directory"},
      {"sectors: 16", "sectors: 16\n  sector_size: 8192",
       "s.yaml:5: profile 'w25q128jv' erases 4096, 32768, 65536 bytes at once, not 8192"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 64, erase_blocks: 128}",
       "s.yaml:3: device.profile.erase_blocks must be a list of blocks, {size: N, erase_us: {...}} each, not '128'"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 64, erase_blocks: [{sise: 128}]}",
       "s.yaml:3: unknown key 'sise' in device.profile.erase_blocks[0]; did you mean 'size'?"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 64, any_sector_size: yes}",
       "s.yaml:3: device.profile.any_sector_size must be true or false, not 'yes'; known are false, true"},
      {"w25q128jv", "[w25q128jv]", "s.yaml:3: device.profile must be a profile's name, path or mapping, not a list"},
      {"profile: w25q128jv", "profile:\n    name: x\n    sector_sise: 64",
       "s.yaml:5: unknown key 'sector_sise' in device.profile; did you mean 'sector_size'?"},
      {"profile: w25q128jv", "profile:\n    name: x", "s.yaml:3: 'sector_size' is missing in device.profile"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 15}",
       "s.yaml:3: device.profile.sector_size must be 16 to 1048576, not 15"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 100, program_unit: 8}",
       "s.yaml:3: sector_size: 100 is not a multiple of program_unit, 8"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 96, programs_per_unit: 2, reprogram: zeroes}",
       "s.yaml:3: device.profile.reprogram must be a rule for reprogramming, not 'zeroes'; did you mean 'zeros'?"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 96, reprogram: [zeros]}",
       "s.yaml:3: device.profile.reprogram must be a rule for reprogramming, not a list"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 96, page_size: 32, page_overflow: wraps}",
       "s.yaml:3: device.profile.page_overflow must be refuse or wrap, not 'wraps'; did you mean 'wrap'?"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 96, sector_from: 9600}",
       "s.yaml:2: nothing in its 16 sectors can be erased: see sector_from and erase_blocks"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 96, erased_value: 0x55}",
       "s.yaml:3: device.profile.erased_value must be 0xff or 0x00, not '0x55'; did you mean '0xff'?"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 96, page_overflow: wrap}",
       "s.yaml:3: page_overflow: without a page_size nothing wraps"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 96, read_unit: 0}",
       "s.yaml:3: device.profile.read_unit must be 1 to 256, not 0"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 96, row_size: 32}",
       "s.yaml:3: row_size and programs_per_row are given together or not at all"},
      {"profile: w25q128jv", "profile: {name: a-name-of-thirty-two-characters-x, sector_size: 100}",
       "s.yaml:3: device.profile.name must be at most 31 bytes long, not 33"},
      {"profile: w25q128jv", "profile: {name: [], sector_size: 100}",
       "s.yaml:3: device.profile.name must be a text, not a list"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 100, erase_us: {typical: -1}}",
       "s.yaml:3: device.profile.erase_us.typical must be a number, not '-1'"},
      {"profile: w25q128jv", "profile: {name: x, sector_size: 100, program_us: {typical: 2, maximum: 1}}",
       "s.yaml:3: program_typical_us: 2 is above program_maximum_us, 1"},
      {"sectors: 16", "sectors: 0", "s.yaml:4: device.sectors must be 1 to 65535, not 0"},
      {"profile: w25q128jv\n  sectors: 16", "profile: {name: x, sector_size: 1048576}\n  sectors: 257",
       "s.yaml:2: sectors: 257 is out of range (1 to 256)"},
      {"device:\n  profile: w25q128jv\n  sectors: 16\n", "", "s.yaml:1: 'device' is missing"},
      {"operations: 50", "operations: many", "s.yaml:9: workload.operations must be a whole number, not 'many'"},
      {"operations: 50", "operations: '50'", "s.yaml:9: workload.operations must be a whole number, not \"50\""},
      {"operations: 50", "operations: 5x", "s.yaml:9: workload.operations must be a whole number, not '5x'"},
      {"operations: 50", "operations: 0x", "s.yaml:9: workload.operations must be a whole number, not '0x'"},
      {"operations: 50", "operations: 0xg", "s.yaml:9: workload.operations must be a whole number, not '0xg'"},
      {"operations: 50", "operations: 050", "s.yaml:9: workload.operations must be a whole number, not '050'"},
      {"operations: 50", "operations: 1.5", "s.yaml:9: workload.operations must be a whole number, not '1.5'"},
      {"operations: 50", "operations: [5]", "s.yaml:9: workload.operations must be a whole number, not a list"},
      {"operations: 50", "operations: 4294967346",
       "s.yaml:9: workload.operations must be 1 to 100000000, not 4294967346"},
      {"operations: 50", "operations: 18446744073709551666",
       "s.yaml:9: workload.operations must be 1 to 100000000, not 18446744073709551666"},
      {"seed: 7", "seed: 0x10000000000000000",
       "s.yaml:21: seed must be 0 to 18446744073709551615, not 0x10000000000000000"},
      {"  operations: 50\n", "", "s.yaml:8: 'operations' is missing in workload (or 'trace' or 'inline')"},
      {"  mix: {put: 8, delete: 1, reboot: 1}\n", "",
       "s.yaml:8: 'mix' is missing in workload (or 'trace' or 'inline')"},
      {"put: 8, delete: 1, reboot: 1", "put: 0", "s.yaml:8: mix must give at least one operation a weight above 0"},
      {"put: 8", "putt: 8", "s.yaml:14: unknown key 'putt' in workload.mix; did you mean 'put'?"},
      {"put: 8", "put: 1000001", "s.yaml:14: workload.mix.put must be 0 to 1000000, not 1000001"},
      {"{min: 5, max: 7}", "{min: 8, max: 7}", "s.yaml:11: workload.key_size: min, 8, is above max, 7"},
      {"{min: 5, max: 7}", "{min: 5}", "s.yaml:11: 'max' is missing in workload.key_size"},
      {"{min: 5, max: 7}", "[5, 7]", "s.yaml:11: workload.key_size must be a mapping, not a list"},
      {"{min: 5, max: 7}", "64", "s.yaml:11: workload.key_size must be 1 to 63, not 64"},
      {"keys: 8\n  key_size: {min: 5, max: 7}", "keys: 63\n  key_size: 1",
       "s.yaml:8: key_size_max must be at least 2 for 63 distinct keys, not 1"},
      {"{min: 1, max: 9}", "{min: 1, max: 65535}", "s.yaml:12: workload.value_size.max must be 0 to 65534, not 65535"},
      {"popularity: {zipf: 0.9}", "value_bytes: any",
       "s.yaml:13: workload.value_bytes must be random or mixed, not 'any'"},
      {"{zipf: 0.9}", "zipf",
       "s.yaml:13: workload.popularity must be uniform, {zipf: N} or {hot: N, share: N}, not 'zipf'"},
      {"{zipf: 0.9}", "{zipf: 0.9, hot: 1, share: 1}",
       "s.yaml:13: workload.popularity must be uniform, {zipf: N} or {hot: N, share: N}"},
      {"{zipf: 0.9}", "{hot: 1}", "s.yaml:13: workload.popularity must be uniform, {zipf: N} or {hot: N, share: N}"},
      {"{zipf: 0.9}", "{zpif: 1}", "s.yaml:13: unknown key 'zpif' in workload.popularity; did you mean 'zipf'?"},
      {"0.9", "1.e", "s.yaml:13: workload.popularity.zipf must be a number, not '1.e'"},
      {"0.9", ".", "s.yaml:13: workload.popularity.zipf must be a number, not '.'"},
      {"0.9", ".inf", "s.yaml:13: workload.popularity.zipf must be a number, not '.inf'"},
      {"0.9", "1e400", "s.yaml:13: workload.popularity.zipf must be 0 to 10, not 1e400"},
      {"0.9", "10.1", "s.yaml:13: workload.popularity.zipf must be 0 to 10, not 10.1"},
      {"  operations: 50", "  trace: t.trace", "s.yaml:10: workload takes no 'keys' beside 'trace'"},
      {"  operations: 50", "  trace: [t.trace]", "s.yaml:9: workload.trace must be a path, not a list"},
      {"  operations: 50", "  inline: put a 00",
       "s.yaml:9: workload.inline must be a block of trace lines, begun by '|' at the end of this line"},
      {"every_write", "sample",
       "s.yaml:16: power.cuts must be every_write, {sample: N}, {at: [N, ...]}, {by_time: N} or {soak: N}, not "
       "'sample'"},
      {"every_write", "{}",
       "s.yaml:16: power.cuts must be every_write, {sample: N}, {at: [N, ...]}, {by_time: N} or {soak: N}, not a "
       "mapping"},
      {"every_write", "{sample: 4, at: [1]}",
       "s.yaml:16: power.cuts must be one of every_write, {sample: N}, {at: [N, ...]}, {by_time: N} or {soak: N}"},
      {"every_write", "{sample: 4, consecutive: 2}", "s.yaml:16: power.cuts.consecutive is of a soak"},
      {"every_write", "{soak: 4, consecutive: 0}", "s.yaml:16: power.cuts.consecutive must be 1 to 10000000, not 0"},
      {"every_write", "{smaple: 4}", "s.yaml:16: unknown key 'smaple' in power.cuts; did you mean 'sample'?"},
      {"every_write", "{sample: 0}", "s.yaml:16: power.cuts.sample must be 1 to 10000000, not 0"},
      {"every_write", "{sample: 10000001}", "s.yaml:16: power.cuts.sample must be 1 to 10000000, not 10000001"},
      {"every_write", "{by_time: x}", "s.yaml:16: power.cuts.by_time must be a whole number, not 'x'"},
      {"every_write", "{at: 3}", "s.yaml:16: power.cuts.at must be a list of flash operations, not '3'"},
      {"every_write", "{at: []}", "s.yaml:16: power.cuts.at must name at least one flash operation"},
      {"every_write", "{at: [1, -1]}", "s.yaml:16: power.cuts.at[1] must be a whole number, not '-1'"},
      {"[prefix, bit_subset]", "prefix", "s.yaml:17: power.faults must be a list of fault classes, not 'prefix'"},
      {"[prefix, bit_subset]", "[]", "s.yaml:17: power.faults must name at least one fault class"},
      {"[prefix, bit_subset]", "[prefix, prefix]", "s.yaml:17: 'prefix' is twice in power.faults"},
      {"[prefix, bit_subset]", "[prefix,\n    bit_subsets]",
       "s.yaml:18: unknown fault class 'bit_subsets'; did you mean 'bit_subset'?"},
      {"[prefix, bit_subset]", "[lightning]",
       "s.yaml:17: unknown fault class 'lightning'; known are between_ops, prefix, unit_subset, bit_subset, "
       "two_phase_erase, metastable, ecc, collateral, worn, bit_rot"},
      {"[prefix, bit_subset]", "[prefix, [bit_subset]]",
       "s.yaml:17: power.faults[1] must be a fault class, not a list"},
      {"depth: 2", "depth: 9", "s.yaml:18: power.depth must be 1 to 8, not 9"},
      {"depth: 2", "depth: 0", "s.yaml:18: power.depth must be 1 to 8, not 0"},
      {"depth: 2", "depth: -1", "s.yaml:18: power.depth must be a whole number, not '-1'"},
      {"samples: 3", "samples: 1000001", "s.yaml:19: power.samples must be 0 to 1000000, not 1000001"},
      {"name: good", "name: *x", "s.yaml:1: aliases are not supported: write the value again"},
      {"name: good", "name: !!int 5", "s.yaml:1: tags are not supported: 'tag:yaml.org,2002:int'"},
      {"device:", "device: !own", "s.yaml:2: tags are not supported: '!own'"},
      {"seed: 7", "seed: 7\n---\nname: b", "s.yaml:22: a second document in the same file"},
      {"name: good", "[a, b]: good", "s.yaml:1: a key must be a word, not a list or a mapping"},
      {"name: good", "name: \"a\\0b\"", "s.yaml:1: a NUL character in a value"},
      {"name: good", "\"na\\0me\": b", "s.yaml:1: a NUL character in a key"},
      {"name: good", "name: [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", "s.yaml:1: nested deeper than 16 levels"},
      {"depth: 2", "depth: [1,",
       "s.yaml:20: not YAML: did not find expected ',' or ']' while parsing a flow sequence (which begins on line 18)"},
      {"depth: 2", "\tdepth: 2",
       "s.yaml:18: not YAML: found character that cannot start any token while scanning for the next token (which "
       "begins on line 18)"},
      {"name: good", "name: g\xC3(d", "s.yaml:1: not UTF-8 text: invalid trailing UTF-8 octet"},
      {"depth: 2", "depth: 2 # \xFF", "s.yaml:18: not UTF-8 text: invalid leading UTF-8 octet"},
      {"name: good", "name: g\x01", "s.yaml:1: not UTF-8 text: control characters are not allowed"},
      {"name: good", "\"n\\e\\ne\": good", "s.yaml:1: unknown key 'n??e'; did you mean 'name'?"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *text = replaced(GOOD, cases[i].find, cases[i].replacement);
    write_text("s.yaml", text);
    free(text);
    expect_refused("s.yaml", NULL, cases[i].message);
  }
}

Test(config_errors, a_set_that_is_wrong_is_named) {
  static const struct {
    const char *path, *value, *message;
  } cases[] = {
      {"power.dept", "2", "--set power.dept: unknown key 'dept' in power; did you mean 'depth'?"},
      {"pwoer.depth", "2", "--set pwoer.depth: unknown key 'pwoer'; did you mean 'power'?"},
      {"power.depth", "9", "--set power.depth: power.depth must be 1 to 8, not 9"},
      {"power.depth", "", "--set power.depth: power.depth must be a whole number, not empty"},
      {"power", "{depth: 9}", "--set power: power.depth must be 1 to 8, not 9"},
      {"power.faults", "[prefx]", "--set power.faults: unknown fault class 'prefx'; did you mean 'prefix'?"},
      {"power.faults", "[prefix",
       "--set power.faults: not YAML: did not find expected ',' or ']' while parsing a flow sequence (which begins "
       "on line 1)"},
      {"power.faults.prefix", "1", "--set power.faults.prefix: power.faults is not a mapping"},
      {"name.x", "1", "--set name.x: name is not a mapping"},
      {"power..depth", "1", "--set power..depth: the path has an empty part"},
      {"", "1", "--set : the path has an empty part"},
      {"power.", "1", "--set power.: the path has an empty part"},
      {"device.profile", "none",
       "--set device.profile: unknown profile 'none'; known are ideal, mx25r6435f, nrf52840, rp2040_w25q16, stm32g4, "
       "stm32h7, stm32l4, w25q128jv"},
      {"device", "{profile: ideal}", "--set device: 'sectors' is missing in device"},
      {"store", "{}", "--set store: 'engine' or 'plugin' is missing in store"},
      {"workload", "{inline: \"get a\\nget\"}", "--set workload:2: too short: the line must be 'get KEY'"},
      {"workload", "{trace: none}", "--set workload: ./none: cannot open: No such file or directory"},
      {"workload", "{inline: [a]}",
       "--set workload: workload.inline must be a block of trace lines, begun by '|' at the end of this line"},
  };
  write_text("s.yaml", GOOD);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pc_override override = {.path = cases[i].path, .value = cases[i].value};
    struct pc_scenario_options options = {.overrides = &override, .override_count = 1};
    expect_refused("s.yaml", &options, cases[i].message);
  }
}

Test(config_errors, files_that_are_no_scenario_at_all_are_refused) {
  expect_refused("s.yaml", NULL, "s.yaml: cannot open: No such file or directory");
  expect_refused("/", NULL, "/: cannot read: Is a directory");
  write_text("s.yaml", "");
  expect_refused("s.yaml", NULL, "s.yaml: the file is empty");
  write_text("s.yaml", "# a comment\n");
  expect_refused("s.yaml", NULL, "s.yaml: the file is empty");
  write_text("s.yaml", "- a\n- b\n");
  expect_refused("s.yaml", NULL, "s.yaml:1: the file must be a mapping, not a list");
  write_text("s.yaml", "hello\n");
  expect_refused("s.yaml", NULL, "s.yaml:1: the file must be a mapping, not 'hello'");
  write_bytes("s.yaml", "\xFF\xFEn\0a\0m\0e\0", 10);
  expect_refused("s.yaml", NULL, "s.yaml:1: not UTF-8 text: invalid leading UTF-8 octet");
}

Test(config_errors, a_trace_that_is_wrong_names_both_files) {
  char *text = replaced(GOOD, strstr(GOOD, "  operations"), "  trace: t.trace\n");
  write_text("s.yaml", text);
  free(text);
  expect_refused("s.yaml", NULL, "s.yaml:9: ./t.trace: cannot open: No such file or directory");
  write_text("t.trace", "get a\nget\n");
  expect_refused("s.yaml", NULL, "s.yaml:9: ./t.trace:2: too short: the line must be 'get KEY'");
}

Test(config_errors, an_inline_trace_that_is_wrong_names_the_line_of_the_scenario) {
  char *text = replaced(GOOD, strstr(GOOD, "  operations"), "  inline: |\n    get a\n\n    get\nseed: 1\n");
  write_text("s.yaml", text);
  free(text);
  expect_refused("s.yaml", NULL, "s.yaml:12: too short: the line must be 'get KEY'");
  text = replaced(GOOD, strstr(GOOD, "  operations"), "  inline:\n\n    |2 # comment\n    get\n");
  write_text("s.yaml", text);
  free(text);
  expect_refused("s.yaml", NULL, "s.yaml:12: too short: the line must be 'get KEY'");
  text = replaced(GOOD, strstr(GOOD, "  operations"), "  inline: |\nseed: 1\n");
  write_text("s.yaml", text);
  free(text);
  expect_refused("s.yaml", NULL, "s.yaml: the trace has no operations");
}

Test(config_errors, a_profile_that_is_wrong_names_both_files) {
  char *text = replaced(GOOD, "w25q128jv", "p.yaml");
  write_text("s.yaml", text);
  free(text);
  write_text("p.yaml", "name: x\n\nsector_sizes: 64\n");
  expect_refused("s.yaml", NULL, "s.yaml:3: ./p.yaml:3: unknown key 'sector_sizes'; did you mean 'sector_size'?");
  write_text("p.yaml", "\n");
  expect_refused("s.yaml", NULL, "s.yaml:3: ./p.yaml: the file is empty");
}

Test(config_errors, a_file_of_nothing_but_values_is_bounded) {
  struct pc_buffer text = {0};
  pc_buffer_print(&text, "[");
  for (int i = 0; i < 30000; i++) {
    pc_buffer_print(&text, "\n1,");
  }
  cr_assert_not(text.failed);
  write_bytes("s.yaml", text.data, text.size);
  pc_buffer_free(&text);
  expect_refused("s.yaml", NULL, "s.yaml:20001: more than 20000 values");
}

Test(config_errors, a_store_with_endless_parameters_is_bounded) {
  struct pc_buffer text = {0};
  pc_buffer_print(&text, "store:\n  engine: x\n");
  for (int i = 0; i < 65; i++) {
    pc_buffer_print(&text, "  p%d: %d\n", i, i);
  }
  cr_assert_not(text.failed);
  write_bytes("s.yaml", text.data, text.size);
  pc_buffer_free(&text);
  expect_refused("s.yaml", NULL, "s.yaml:67: more than 64 parameters in store");
}

/* A file with a hole: it has no content to read, and reading stops at the bound. */
Test(config_errors, a_file_above_the_bound_is_refused) {
  write_text("s.yaml", "name: x\n");
  cr_assert_eq(truncate("s.yaml", ((off_t)64 << 20) + 1), 0);
  expect_refused("s.yaml", NULL, "s.yaml: the file is larger than 67108864 bytes");
}

Test(config_errors, the_nearest_word_is_suggested_only_when_it_is_near) {
  static const char *const known[] = {"depth", "faults", "cuts", "samples", "limit"};
  static const struct {
    const char *word, *nearest;
  } cases[] = {
      {"depth", "depth"},
      {"dept", "depth"},
      {"dpeth", "depth"},
      {"deepth", "depth"},
      {"Depth", "depth"},
      {"fault", "faults"},
      {"cut", "cuts"},
      {"smaples", "samples"},
      {"sample", "samples"},
      {"LIMITS", "limit"},
      {"", NULL},
      {"x", NULL},
      {"matrix", NULL},
      {"de", NULL},
      {"dxxxh", NULL},
      {"a-word-that-is-far-longer-than-any-word-known-here-", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *nearest = pc_nearest(cases[i].word, known, sizeof known / sizeof known[0]);
    cr_expect(cases[i].nearest == NULL ? nearest == NULL : nearest != NULL && strcmp(nearest, cases[i].nearest) == 0,
              "%s: %s", cases[i].word, nearest != NULL ? nearest : "none");
  }
  static const char *const twins[] = {"aab", "aac"};
  cr_expect_str_eq(pc_nearest("aad", twins, 2), "aab", "the first of equals");
  cr_expect_null(pc_nearest("word", NULL, 0));
  static const char *const long_one[] = {"a-known-word-that-is-too-long-to-be-compared-with-another"};
  cr_expect_null(pc_nearest("a-known-word-that-is-too-long-to-be-compared", long_one, 1));
}
