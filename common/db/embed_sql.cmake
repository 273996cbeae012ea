# kluis_embed_sql(TARGET lib HEADER path/name.h FILES a.sql b.sql)
#
# Makes a header in the build folder, included as "path/name.h", with one C array of migrations in the order of FILES:
# `static const struct migration <name>[]`, where <name> is the header's name without ".h", and `<name>_count`. The library gets the folder as an
# include path. It runs at configure time; a changed .sql file configures anew.
function(kluis_embed_sql)
	cmake_parse_arguments(SQL "" "TARGET;HEADER" "FILES" ${ARGN})
	get_filename_component(symbol ${SQL_HEADER} NAME_WE)
	set(root ${CMAKE_BINARY_DIR}/embedded)
	set(text "/* Made by kluis_embed_sql from .sql files. */\n#pragma once\n\n#include \"common/db/migration.h\"\n\n#pragma GCC diagnostic push\n")
	string(APPEND text "#pragma GCC diagnostic ignored \"-Woverlength-strings\" /* a whole file in one literal */\n")
	string(APPEND text "static const struct migration ${symbol}[] = {\n")
	foreach(file ${SQL_FILES})
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
		get_filename_component(name ${file} NAME)
		file(READ ${file} bytes HEX)
		string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
		string(APPEND text "\t{.name = \"${name}\", .sql = \"${bytes}\"},\n")
	endforeach()
	string(APPEND text "};\n#pragma GCC diagnostic pop\n\nstatic const size_t ${symbol}_count = sizeof ${symbol} / sizeof ${symbol}[0];\n")
	file(CONFIGURE OUTPUT ${root}/${SQL_HEADER} CONTENT "${text}" @ONLY)
	target_include_directories(${SQL_TARGET} PRIVATE ${root})
endfunction()
