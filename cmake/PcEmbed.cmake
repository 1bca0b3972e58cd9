# pc_embed(TARGET KIND <text|table> SYMBOL <name> HEADER <header> FILES <file>...)
#   Generates a C source from FILES at build time and adds it to TARGET. HEADER declares what the source defines:
#   text:  const char SYMBOL[]                         the one file, with a terminating NUL
#   table: const struct pc_embedded_file SYMBOLs[]     one row for each file, named by its name without extension
#          const size_t SYMBOL_count

function(pc_embed target)
  cmake_parse_arguments(PARSE_ARGV 1 embed "" "KIND;SYMBOL;HEADER" "FILES")
  set(script ${PROJECT_SOURCE_DIR}/cmake/Embed.cmake)
  set(output ${PROJECT_BINARY_DIR}/generated/${embed_SYMBOL}.c)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DKIND=${embed_KIND} -DSYMBOL=${embed_SYMBOL} -DHEADER=${embed_HEADER}
      "-DFILES=${embed_FILES}" -DOUTPUT=${output} -P ${script}
    DEPENDS ${embed_FILES} ${script}
    COMMENT "Embedding ${embed_SYMBOL}"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
  # Embedded files are longer than the 4095 characters that C11 promises for a literal; gcc and clang have no limit.
  set_source_files_properties(${output} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
endfunction()
