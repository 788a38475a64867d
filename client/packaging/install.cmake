# What a program outside this source tree needs: headers, both libraries, the CMake package `cscc`,
# pkg-config's cscc.pc. Everything is relative to where it lies, so an installed tree may be moved.
include(CMakePackageConfigHelpers)
set(packaging ${PROJECT_SOURCE_DIR}/client/packaging)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/cscc)

install(
  TARGETS cscc_shared cscc_static
  EXPORT cscc
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(
  DIRECTORY ${PROJECT_SOURCE_DIR}/client/include/cscc
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT library)
install(
  EXPORT cscc
  NAMESPACE cscc::
  FILE cscc-targets.cmake
  DESTINATION ${package_dir}
  COMPONENT library)

configure_package_config_file(${packaging}/cscc-config.cmake.in cscc-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(cscc-config-version.cmake COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH pc_to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${packaging}/cscc.pc.in cscc.pc @ONLY)
install(
  FILES ${CMAKE_CURRENT_BINARY_DIR}/cscc-config.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/cscc-config-version.cmake
  DESTINATION ${package_dir}
  COMPONENT library)
install(
  FILES ${CMAKE_CURRENT_BINARY_DIR}/cscc.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT library)

# The headers cannot see the project's version, so they say it themselves; here the two meet.
file(READ ${PROJECT_SOURCE_DIR}/client/include/cscc/version.hpp version_header)
foreach(part IN ITEMS MAJOR MINOR PATCH)
  if(NOT version_header MATCHES "CSCC_VERSION_${part} ${PROJECT_VERSION_${part}}\n")
    message(FATAL_ERROR "client/include/cscc/version.hpp is not of version ${PROJECT_VERSION}")
  endif()
endforeach()
