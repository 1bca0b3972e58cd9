# pc_warnings(TARGET): the warnings that every translation unit of the project compiles without. Builds for sanitizers and
# coverage go without: what they add to the code hides constants from gcc, which then warns of what isn't there.

set(PC_WARNINGS
  -Wall -Wextra -Wpedantic
  -Wconversion -Wsign-conversion -Wdouble-promotion -Wfloat-equal
  -Wshadow -Wundef -Wvla -Wwrite-strings -Wcast-qual -Wcast-align -Wpointer-arith
  -Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations -Wold-style-definition -Wredundant-decls
  -Wformat=2 -Wimplicit-fallthrough -Wunused-macros)

if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  # On x86 gcc only sees misaligned casts when it is asked to be strict; the engine runs where they fault.
  list(APPEND PC_WARNINGS -Wcast-align=strict -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wjump-misses-init
    -Wunused-const-variable=2 -Walloc-zero)
else()
  list(APPEND PC_WARNINGS -Wunreachable-code -Wcomma -Wassign-enum -Wconditional-uninitialized)
endif()

function(pc_warnings target)
  if(NOT PC_INSTRUMENTED)
    target_compile_options(${target} PRIVATE ${PC_WARNINGS})
  endif()
endfunction()
