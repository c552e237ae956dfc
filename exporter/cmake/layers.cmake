# A layer is one folder of exporter/.  What it links is what it may include: the arrows of
# exporter/ARCHITECTURE.md.
function(victron_layer name)
    cmake_parse_arguments(LAYER "" "" "SOURCES;LAYERS;LIBRARIES" ${ARGN})
    add_library(victron_${name} STATIC ${LAYER_SOURCES})
    set_target_properties(victron_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_link_libraries(victron_${name} PUBLIC victron_flags)
    foreach(layer ${LAYER_LAYERS})
        target_link_libraries(victron_${name} PUBLIC victron_${layer})
    endforeach()
    foreach(library ${LAYER_LIBRARIES})
        target_link_libraries(victron_${name} PRIVATE ${library})
    endforeach()
endfunction()
