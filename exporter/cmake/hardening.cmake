# What a release is hardened with, each where compiler and processor have it. tests/deploy
# reads from the program whether it arrived.
include(CheckCCompilerFlag)

# -U first: distributions set a level of their own. An older glibc or compiler takes 3 for 2.
target_compile_options(victron_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
target_link_options(victron_flags INTERFACE
    -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code -Wl,--as-needed)

# Stack pages are touched one by one; indirect jumps only to where the compiler meant.
foreach(flag -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
    string(MAKE_C_IDENTIFIER "HAS${flag}" has)
    set(CMAKE_REQUIRED_FLAGS -Werror)
    check_c_compiler_flag(${flag} ${has})
    unset(CMAKE_REQUIRED_FLAGS)
    if(${has})
        target_compile_options(victron_flags INTERFACE ${flag})
    endif()
endforeach()
