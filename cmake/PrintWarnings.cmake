# Prints the project's warning flags for builds that CMake does not drive: cmake -DCMAKE_C_COMPILER_ID=GNU -P this file.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/PcWarnings.cmake)
list(JOIN PC_WARNINGS " " flags)
execute_process(COMMAND ${CMAKE_COMMAND} -E echo ${flags}) # message() would go to stderr
