# A room is a folder of the house whose *.c files make one static library.
#
# pc_room(NAME [ROOMS <room>...] [LIBRARIES <library>...])
#   Makes the library pc_NAME of the folder NAME. ROOMS are the rooms it may call, LIBRARIES the outside libraries that
#   only this room knows. A folder that is still empty becomes a library without code, so that others can name it.
#   Where the archive has its own symbols only, a test checks that it calls nothing but what is named here.

# Families of outside symbols that belong to one room each: "<room>:<regular expression>".
set(PC_OWNED_SYMBOLS
  "ledger:^sqlite3_"
  "config:^yaml_"
  "cli:^(json_|xml|argp_|printf|__printf|puts|putchar|vprintf|__vprintf|perror|stdout$|stderr$)"
  "store:^norkv_")

function(pc_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "ROOMS;LIBRARIES")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.c)
  list(TRANSFORM room_ROOMS PREPEND pc_ OUTPUT_VARIABLE rooms)
  if(NOT sources)
    add_library(pc_${name} INTERFACE)
    target_include_directories(pc_${name} INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_link_libraries(pc_${name} INTERFACE ${rooms} ${room_LIBRARIES})
    return()
  endif()
  add_library(pc_${name} STATIC ${sources})
  target_include_directories(pc_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include
    PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  # PRIVATE keeps an outside library's headers out of the rooms above; what is linked still reaches the command.
  target_link_libraries(pc_${name} PUBLIC ${rooms} PRIVATE ${room_LIBRARIES} m)
  pc_host_options(pc_${name})
  pc_test_room_symbols(${name} "${rooms}")
endfunction()

# Options of all code that runs on the host. The feature macro is defined empty so that a source may repeat it.
function(pc_host_options target)
  target_compile_definitions(${target} PRIVATE "_GNU_SOURCE=")
  pc_warnings(${target})
endfunction()

function(pc_test_room_symbols name rooms)
  if(PC_INSTRUMENTED OR PC_TESTS STREQUAL "OFF")
    return()
  endif()
  set(forbidden "")
  foreach(entry IN LISTS PC_OWNED_SYMBOLS)
    if(NOT entry MATCHES "^${name}:")
      string(REGEX REPLACE "^[a-z]+:" "" expression "${entry}")
      list(APPEND forbidden "${expression}")
    endif()
  endforeach()
  set(providers "")
  foreach(provider IN LISTS rooms)
    get_target_property(type ${provider} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
      list(APPEND providers "$<TARGET_FILE:${provider}>")
    endif()
  endforeach()
  add_test(NAME room_${name} COMMAND ${CMAKE_COMMAND} "-DNM=${CMAKE_NM}" "-DARCHIVE=$<TARGET_FILE:pc_${name}>"
    "-DFORBIDDEN=${forbidden}" "-DPROVIDERS=${providers}" "-DINSIDE=^pc_"
    -P ${PROJECT_SOURCE_DIR}/cmake/CheckSymbols.cmake)
endfunction()
