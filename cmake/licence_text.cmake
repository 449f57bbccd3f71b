# The licence text that every installed pack carries is compiled into the program, so that installing a pack
# needs no file beside it. The source file stays the only copy.
set(licence_file ${PROJECT_SOURCE_DIR}/data/licences/Apache-2.0.txt)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${licence_file})
file(READ ${licence_file} FACEMIRROR_LICENCE_TEXT)
configure_file(${CMAKE_CURRENT_LIST_DIR}/apache_licence.cpp.in ${PROJECT_BINARY_DIR}/generated/apache_licence.cpp @ONLY)
target_sources(facemirror_nn PRIVATE ${PROJECT_BINARY_DIR}/generated/apache_licence.cpp)
