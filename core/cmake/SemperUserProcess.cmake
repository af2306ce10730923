# SPDX-License-Identifier: LGPL-3.0-or-later

# semper_add_user_process(<target> SOURCES <file>... [LIBRARIES <library>...] [NO_INSTALL])
#
# A plugin with the user-process classes that its sources name in SEMPER_USER_PROCESS(Class),
# built as <target>.so into the build folder, or CMAKE_LIBRARY_OUTPUT_DIRECTORY where that is set,
# and installed where Semper looks below the prefix. The names become the plugin's metadata, so
# that they can be read with nothing loaded; a name misread from the sources does not link. With
# g++ before 13 the sources are looked through for forms of co_await that it compiles wrongly.
function(semper_add_user_process target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "" "SOURCES;LIBRARIES")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
        message(FATAL_ERROR "semper_add_user_process(<target> SOURCES <file>... "
            "[LIBRARIES <library>...] [NO_INSTALL])")
    endif()

    _semper_user_process_classes(classes ${arg_SOURCES})
    if(NOT classes)
        message(FATAL_ERROR
            "semper_add_user_process(${target}): no SEMPER_USER_PROCESS(Class) in ${arg_SOURCES}")
    endif()
    _semper_write_plugin_unit(unit ${target} ${classes})
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        _semper_check_awaits(${arg_SOURCES})
    endif()

    add_library(${target} MODULE ${arg_SOURCES} "${unit}")
    target_link_libraries(${target} PRIVATE Semper::Core ${arg_LIBRARIES})
    target_link_options(${target} PRIVATE LINKER:--no-undefined)
    # A run() without its co_return compiles otherwise, and crashes.
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang,AppleClang>:-Werror=return-type>)
    set_source_files_properties("${unit}" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    set_target_properties(${target} PROPERTIES
        AUTOMOC ON
        PREFIX ""
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON)
    if(NOT arg_NO_INSTALL)
        # From where it is installed to Semper's libraries, which may be in another prefix.
        set_property(TARGET ${target} APPEND PROPERTY INSTALL_RPATH "$ORIGIN/../..")
        set_target_properties(${target} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
        get_property(destination GLOBAL PROPERTY SEMPER_PLUGIN_DESTINATION)
        install(TARGETS ${target} LIBRARY DESTINATION "${destination}")
    endif()
endfunction()

# Refuses what g++ 12 miscompiles: docs/writing-a-process.md, "Rules of awaiting". A line that ends
# with "// NOLINT" is passed over. Like the names of classes, it is looked at whenever a source changes.
function(_semper_check_awaits)
    set(faults "")
    foreach(source IN LISTS ARGN)
        get_filename_component(path "${source}" ABSOLUTE)
        file(STRINGS "${path}" lines REGEX "co_await")
        foreach(line IN LISTS lines)
            set(fault "")
            if(line MATCHES "(^|[^A-Za-z0-9_])(if|while|switch)[ \t]*\\(([^()]|\\([^()]*\\))*co_await")
                set(fault "co_await in a condition: have a variable first")
            elseif(line MATCHES "co_await [^;]*[(,][ \t]*{" OR line MATCHES
                "co_await [^;]*(QJsonObject|QJsonArray|QVariantList|QVariantMap|QStringList|QList<[^>]*>){")
                set(fault "braces in a co_await: have a variable first")
            elseif(line MATCHES "co_await [^;]*[(,][ \t]*.([A-Za-z_=][^]&]*)][ \t]*[({]"
                AND NOT CMAKE_MATCH_1 STREQUAL "this")
                set(fault "a lambda that captures by value in a co_await: have a variable first")
            endif()
            if(fault AND NOT line MATCHES "^[ \t]*//|// NOLINT")
                string(STRIP "${line}" line)
                string(APPEND faults "  ${source}: ${line}\n    ${fault}\n")
            endif()
        endforeach()
    endforeach()
    if(faults)
        message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} compiles these lines wrongly; see "
            "\"Rules of awaiting\" in docs/writing-a-process.md\n${faults}")
    endif()
endfunction()

# The names in SEMPER_USER_PROCESS() of the given files, in order. A change of one of the files
# configures anew.
function(_semper_user_process_classes result)
    set(classes "")
    foreach(source IN LISTS ARGN)
        get_filename_component(path "${source}" ABSOLUTE)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
        file(STRINGS "${path}" lines REGEX "^[ \t]*SEMPER_USER_PROCESS[ \t]*\\(")
        foreach(line IN LISTS lines)
            string(REGEX REPLACE ".*\\([ \t]*([A-Za-z0-9_:]+)[ \t]*\\).*" "\\1" class "${line}")
            list(APPEND classes "${class}")
        endforeach()
    endforeach()
    set(${result} "${classes}" PARENT_SCOPE)
endfunction()

# The source file with the plugin's root object, and its metadata beside it.
function(_semper_write_plugin_unit result target)
    set(SEMPER_TARGET ${target})
    set(SEMPER_DECLARATIONS "")
    set(SEMPER_CALLS "")
    foreach(class IN LISTS ARGN)
        if(class MATCHES "^(.*)::([^:]+)$")
            string(APPEND SEMPER_DECLARATIONS
                "namespace ${CMAKE_MATCH_1} { class ${CMAKE_MATCH_2}; }\n")
        else()
            string(APPEND SEMPER_DECLARATIONS "class ${class};\n")
        endif()
        string(APPEND SEMPER_DECLARATIONS "template <> void semper::detail::require<${class}>();\n")
        string(APPEND SEMPER_CALLS "        semper::detail::require<${class}>();\n")
    endforeach()
    list(JOIN ARGN "\", \"" quoted)
    set(folder "${CMAKE_CURRENT_BINARY_DIR}/${target}_semper")
    file(CONFIGURE OUTPUT "${folder}/${target}.json" CONTENT "{ \"classes\": [\"${quoted}\"] }\n")
    configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/userprocessplugin.cpp.in" "${folder}/${target}_plugin.cpp" @ONLY)
    set(${result} "${folder}/${target}_plugin.cpp" PARENT_SCOPE)
endfunction()
