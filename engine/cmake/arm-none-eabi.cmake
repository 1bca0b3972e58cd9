# A toolchain for Cortex-M without an operating system: cmake --toolchain arm-none-eabi.cmake. The project that is built
# names its processor (-mcpu) itself.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
# CMake tries the compiler on a program, which would need a linker script.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
