# SPDX-License-Identifier: LGPL-3.0-or-later
# What every target of this project is compiled with. Used by the project itself only.

add_library(SemperDefaults INTERFACE)
target_compile_options(SemperDefaults INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wconversion -Wno-sign-conversion>
    # In a unity build sources are included, so that g++ takes what is in them for a header's.
    $<$<AND:$<BOOL:${CMAKE_UNITY_BUILD}>,$<COMPILE_LANG_AND_ID:CXX,GNU>>:-Wno-subobject-linkage>
    $<$<AND:$<BOOL:${SEMPER_WARNINGS_AS_ERRORS}>,$<COMPILE_LANGUAGE:CXX>>:-Werror>)
target_compile_definitions(SemperDefaults INTERFACE
    QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_URL_CAST_FROM_STRING
    QT_NO_FOREACH QT_NO_KEYWORDS QT_STRICT_ITERATORS)

# semper_public_headers(<target> <header>...): makes each reachable as <semper/NAME> from the
# build folder and installs it there.
function(semper_public_headers target)
    foreach(header IN LISTS ARGN)
        get_filename_component(name "${header}" NAME)
        get_filename_component(path "${header}" ABSOLUTE)
        file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/include/semper/${name}"
            CONTENT "#include \"${path}\" // IWYU pragma: export\n")
        install(FILES "${path}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/semper")
    endforeach()
    target_include_directories(${target} PUBLIC
        "$<BUILD_INTERFACE:${CMAKE_BINARY_DIR}/include>"
        "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
endfunction()
