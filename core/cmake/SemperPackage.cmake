# SPDX-License-Identifier: LGPL-3.0-or-later
# What find_package(Semper) finds: Semper::Core and semper_add_user_process(), and with COMPONENTS
# Clients, Database, Redis and Server also Semper:: with that name. Included after the libraries exist.

include(CMakePackageConfigHelpers)
set(package_destination "${CMAKE_INSTALL_LIBDIR}/cmake/Semper")

install(TARGETS SemperCore EXPORT SemperCoreTargets)
install(EXPORT SemperCoreTargets NAMESPACE Semper:: DESTINATION "${package_destination}")
install(FILES "${CMAKE_BINARY_DIR}/include/semper/semper_core_export.h"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/semper")

foreach(library Clients Database Redis)
    if(TARGET Semper${library})
        string(TOLOWER ${library} name)
        install(TARGETS Semper${library} EXPORT Semper${library}Targets)
        install(EXPORT Semper${library}Targets NAMESPACE Semper::
            DESTINATION "${package_destination}")
        install(FILES "${CMAKE_BINARY_DIR}/include/semper/semper_${name}_export.h"
            DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/semper")
    endif()
endforeach()

if(TARGET SemperServer)
    install(TARGETS SemperServer EXPORT SemperServerTargets)
    install(EXPORT SemperServerTargets NAMESPACE Semper:: DESTINATION "${package_destination}")
    install(FILES "${CMAKE_BINARY_DIR}/include/semper/semper_server_export.h"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/semper")
endif()

configure_package_config_file(
    "${CMAKE_CURRENT_LIST_DIR}/SemperConfig.cmake.in" "${CMAKE_BINARY_DIR}/SemperConfig.cmake"
    INSTALL_DESTINATION "${package_destination}")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/SemperConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES
    "${CMAKE_BINARY_DIR}/SemperConfig.cmake"
    "${CMAKE_BINARY_DIR}/SemperConfigVersion.cmake"
    "${CMAKE_CURRENT_LIST_DIR}/SemperUserProcess.cmake"
    "${CMAKE_CURRENT_LIST_DIR}/userprocessplugin.cpp.in"
    DESTINATION "${package_destination}")
