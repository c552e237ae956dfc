# What every file of ours is compiled with.
add_library(victron_flags INTERFACE)
target_compile_definitions(victron_flags INTERFACE _POSIX_C_SOURCE=200809L)
target_compile_options(victron_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
    -Wwrite-strings -Wcast-qual -Wformat=2 -Wvla -Wundef -Wswitch-enum -Wimplicit-fallthrough
    -fno-common -fstack-protector-strong
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=build)
target_include_directories(victron_flags INTERFACE ${CMAKE_SOURCE_DIR}/exporter)

if(VICTRON_WERROR)
    target_compile_options(victron_flags INTERFACE -Werror)
endif()

if(VICTRON_SANITIZE)
    target_compile_options(victron_flags INTERFACE
        -fsanitize=${VICTRON_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g)
    target_link_options(victron_flags INTERFACE -fsanitize=${VICTRON_SANITIZE})
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
    include(exporter/cmake/hardening.cmake)
endif()
