# SPDX-License-Identifier: LGPL-3.0-or-later
# Rooms: each folder of a library is an object library of its own, which finds the headers of the
# rooms below it and of no others, so that a circle does not build. docs/architecture.md shows them.

# semper_begin_rooms(<library> LIBRARIES <target>... HEADERS <header>...): what all rooms of
# <library> link beside each other, and what they have precompiled, once for all of them.
function(semper_begin_rooms library)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES;HEADERS")
    add_library(${library}Rooms INTERFACE)
    target_link_libraries(${library}Rooms INTERFACE ${arg_LIBRARIES} SemperDefaults)
    target_compile_definitions(${library}Rooms INTERFACE ${library}_EXPORTS)
    target_include_directories(${library}Rooms INTERFACE "${CMAKE_BINARY_DIR}/include")
    set(source "${CMAKE_CURRENT_BINARY_DIR}/${library}Headers.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "")
    add_library(${library}Headers OBJECT "${source}")
    set_target_properties(${library}Headers PROPERTIES AUTOMOC OFF)
    target_link_libraries(${library}Headers PRIVATE ${library}Rooms)
    semper_precompile_headers(${library}Headers ${arg_HEADERS})
    set_target_properties(${library} PROPERTIES LINKER_LANGUAGE CXX)
endfunction()

# semper_add_room(<name> LIBRARY <library> ABOUT <sentence> [BELOW <room>...] FILES <file>...): a
# folder, whose path below that of <library> is <name>. BELOW names every room that it includes
# something of.
function(semper_add_room name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LIBRARY;ABOUT" "BELOW;FILES")
    string(REPLACE "/" "_" flat "${name}")
    set(room "${arg_LIBRARY}_${flat}")
    add_library(${room} OBJECT ${arg_FILES})
    # Its headers are found as "<name>/file.h", through a folder that holds nothing else.
    set(door "${CMAKE_BINARY_DIR}/rooms/${room}")
    get_filename_component(parent "${door}/${name}" DIRECTORY)
    file(MAKE_DIRECTORY "${parent}")
    file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${door}/${name}" SYMBOLIC)
    target_include_directories(${room} PUBLIC "${door}")
    target_link_libraries(${room} PRIVATE ${arg_LIBRARY}Rooms)
    foreach(below IN LISTS arg_BELOW)
        string(REPLACE "/" "_" flat "${below}")
        if(NOT TARGET ${arg_LIBRARY}_${flat})
            message(FATAL_ERROR "the room ${name} stands on ${below}, which has to come before it")
        endif()
        target_link_libraries(${room} PUBLIC ${arg_LIBRARY}_${flat})
    endforeach()
    target_precompile_headers(${room} REUSE_FROM ${arg_LIBRARY}Headers)
    target_link_libraries(${arg_LIBRARY} PRIVATE ${room})
endfunction()
