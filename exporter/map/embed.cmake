# cmake -DMAP=metrics-map -DLIST=files.txt -DOUT=file.c -P embed.cmake
#
# Writes the listed files of metrics-map/ as C string literals.  A build script rather
# than an assembler's .incbin: the result is plain C, the same on every host and target.
file(STRINGS ${LIST} files)
list(SORT files)

set(rows "")
foreach(file IN LISTS files)
    file(RELATIVE_PATH name ${MAP} ${file})
    file(READ ${file} text)
    string(REPLACE "\\" "\\\\" text "${text}")
    string(REPLACE "\"" "\\\"" text "${text}")
    string(REPLACE "?" "\\?" text "${text}") # no trigraphs
    string(REPLACE "\n" "\\n\"\n     \"" text "${text}")
    string(APPEND rows "    {STR(\"${name}\"),\n     STR(\"${text}\")},\n")
endforeach()

file(WRITE ${OUT}.new
    "/* Made of metrics-map/ by exporter/map/embed.cmake. */\n"
    "#include \"map/metric_map.h\"\n\n"
    "const struct map_text metric_map_built_in[] = {\n${rows}};\n\n"
    "const size_t metric_map_built_in_count =\n"
    "    sizeof metric_map_built_in / sizeof *metric_map_built_in;\n")
file(RENAME ${OUT}.new ${OUT})
