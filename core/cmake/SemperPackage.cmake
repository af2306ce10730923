# SPDX-License-Identifier: LGPL-3.0-or-later
# What find_package(Semper) finds: Semper::Core and semper_add_user_process(), and with
# COMPONENTS Server also Semper::Server, with COMPONENTS Database Semper::Database. Included after
# the libraries exist.

include(CMakePackageConfigHelpers)
set(package_destination "${CMAKE_INSTALL_LIBDIR}/cmake/Semper")

install(TARGETS SemperCore EXPORT SemperCoreTargets)
install(EXPORT SemperCoreTargets NAMESPACE Semper:: DESTINATION "${package_destination}")
install(FILES "${CMAKE_BINARY_DIR}/include/semper/semper_core_export.h"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/semper")

install(TARGETS SemperDatabase EXPORT SemperDatabaseTargets)
install(EXPORT SemperDatabaseTargets NAMESPACE Semper:: DESTINATION "${package_destination}")
install(FILES "${CMAKE_BINARY_DIR}/include/semper/semper_database_export.h"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/semper")

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
