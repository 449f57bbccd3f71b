# `cmake --install` gives the program, the rooms with their headers, and a package for find_package(facemirror).
include(CMakePackageConfigHelpers)
get_property(rooms GLOBAL PROPERTY FACEMIRROR_ROOMS)
list(TRANSFORM rooms PREPEND facemirror_ OUTPUT_VARIABLE room_targets)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/facemirror)

install(TARGETS ${room_targets} EXPORT facemirrorTargets FILE_SET HEADERS)
install(EXPORT facemirrorTargets NAMESPACE facemirror:: DESTINATION ${package_folder})
configure_package_config_file(cmake/facemirrorConfig.cmake.in ${PROJECT_BINARY_DIR}/facemirrorConfig.cmake
  INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/facemirrorConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/facemirrorConfig.cmake ${PROJECT_BINARY_DIR}/facemirrorConfigVersion.cmake
  cmake/dependencies.cmake DESTINATION ${package_folder})

# OpenVINO lies in a virtual environment, where the loader would not look.
set_target_properties(facemirror PROPERTIES INSTALL_RPATH ${openvino_libs})
install(TARGETS facemirror)
install(FILES LICENSE docs/licences.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
