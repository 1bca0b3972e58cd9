# Writes the C source that PcEmbed.cmake describes: KIND, SYMBOL, HEADER, FILES and OUTPUT come from its command line.

cmake_minimum_required(VERSION 3.25)

# The literal ends each source line where the file ends a line, so that a diff of the generated source reads well.
function(c_literal file result)
  file(READ ${file} text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "?" "\\?" text "${text}") # C11 still has trigraphs
  string(REPLACE "\t" "\\t" text "${text}")
  string(REPLACE "\r" "\\r" text "${text}")
  string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
  set(${result} "\n    \"${text}\"" PARENT_SCOPE)
endfunction()

set(source "/* Generated from the files it names: edit those. */\n#include \"${HEADER}\"\n\n")
if(KIND STREQUAL "text")
  c_literal(${FILES} literal)
  string(APPEND source "const char ${SYMBOL}[] =${literal};\n")
else()
  set(rows "")
  foreach(file IN LISTS FILES)
    cmake_path(GET file STEM LAST_ONLY name)
    string(MAKE_C_IDENTIFIER "text_${name}" text_name)
    c_literal(${file} literal)
    string(APPEND source "static const char ${text_name}[] =${literal};\n\n")
    string(APPEND rows "    {\"${name}\", ${text_name}, sizeof ${text_name} - 1},\n")
  endforeach()
  # C has no empty arrays: the row of zeros is not counted.
  string(APPEND source "const struct pc_embedded_file ${SYMBOL}s[] = {\n${rows}    {0, 0, 0},\n};\n"
    "const size_t ${SYMBOL}_count = sizeof ${SYMBOL}s / sizeof ${SYMBOL}s[0] - 1;\n")
endif()
file(WRITE ${OUTPUT} "${source}")
