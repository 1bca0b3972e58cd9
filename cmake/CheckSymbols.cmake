# Checks which symbols an archive needs from outside. A test runs it:
#   cmake -DNM=... -DARCHIVE=lib.a [-DALLOWED=<regex>] [-DFORBIDDEN=<regex>;...] [-DINSIDE=<regex> -DPROVIDERS=lib.a;...]
#         -P CheckSymbols.cmake
# ALLOWED: every symbol must match it. FORBIDDEN: no symbol may match one of these. INSIDE: a symbol that matches it
# must be defined by one of PROVIDERS.

cmake_minimum_required(VERSION 3.25)

function(read_symbols option archive result)
  execute_process(COMMAND ${NM} ${option} --format=posix ${archive} OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "[^\n]+:\n" "" lines "${lines}")
  string(REGEX REPLACE " [^\n]*" "" lines "${lines}")
  string(REGEX MATCHALL "[^\n]+" symbols "${lines}")
  list(REMOVE_DUPLICATES symbols)
  set(${result} "${symbols}" PARENT_SCOPE)
endfunction()

read_symbols(--undefined-only ${ARCHIVE} needed)
read_symbols(--defined-only ${ARCHIVE} defined)
if(NOT defined)
  message(FATAL_ERROR "${ARCHIVE} defines no symbol: the check would say nothing")
endif()
list(REMOVE_ITEM needed ${defined} _GLOBAL_OFFSET_TABLE_)

set(provided "")
foreach(provider IN LISTS PROVIDERS)
  read_symbols(--defined-only ${provider} symbols)
  list(APPEND provided ${symbols})
endforeach()

set(faults "")
foreach(symbol IN LISTS needed)
  if(ALLOWED AND NOT symbol MATCHES "${ALLOWED}")
    list(APPEND faults "${symbol} (not allowed)")
  endif()
  foreach(expression IN LISTS FORBIDDEN)
    if(symbol MATCHES "${expression}")
      list(APPEND faults "${symbol} (belongs to another room)")
    endif()
  endforeach()
  if(INSIDE AND symbol MATCHES "${INSIDE}" AND NOT symbol IN_LIST provided)
    list(APPEND faults "${symbol} (of no room that may be called)")
  endif()
endforeach()

if(faults)
  list(JOIN faults "\n  " faults)
  message(FATAL_ERROR "${ARCHIVE} must not reference:\n  ${faults}")
endif()
