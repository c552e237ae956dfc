# What `cmake --install` puts where: the program, its manual page and units, and what goes with it.
include(GNUInstallDirs)

set(VICTRON_SYSTEMD_UNIT_DIR lib/systemd/system CACHE STRING
    "Where the systemd units are installed; relative to the prefix, or absolute")
set(VICTRON_DATA_DIR ${CMAKE_INSTALL_DATADIR}/victron_exporter)

install(TARGETS victron_exporter RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES docs/victron_exporter.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# The service starts the program where it is installed, which `--prefix` may still decide.
set(service ${CMAKE_CURRENT_BINARY_DIR}/victron_exporter@.service)
install(CODE "
    file(READ \"${CMAKE_CURRENT_SOURCE_DIR}/deploy/systemd/victron_exporter@.service\" text)
    string(REPLACE \"ExecStart=/usr/bin/\"
        \"ExecStart=\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/\" text \"\${text}\")
    file(WRITE \"${service}\" \"\${text}\")")
install(FILES ${service} deploy/systemd/victron_exporter@.socket
    DESTINATION ${VICTRON_SYSTEMD_UNIT_DIR})

install(DIRECTORY metrics-map/ DESTINATION ${VICTRON_DATA_DIR}/metrics-map
    FILES_MATCHING PATTERN "*.json")
install(DIRECTORY alert-rules/ DESTINATION ${VICTRON_DATA_DIR}/alert-rules
    FILES_MATCHING PATTERN "*.yml" PATTERN "*.tmpl" PATTERN "README.md")
install(DIRECTORY grafana-dashboards/ DESTINATION ${VICTRON_DATA_DIR}/grafana-dashboards
    FILES_MATCHING PATTERN "*.json" PATTERN "provisioning/*.yml" PATTERN "README.md"
    PATTERN generator EXCLUDE)
install(DIRECTORY deploy/prometheus/ DESTINATION ${VICTRON_DATA_DIR}/prometheus
    FILES_MATCHING PATTERN "*.yml")
install(DIRECTORY deploy/migration/ DESTINATION ${VICTRON_DATA_DIR}/migration
    FILES_MATCHING PATTERN "*.yml"
    PATTERN "__pycache__" EXCLUDE)
# Whole: the tool, its examples, the configurations of each topology; and the base of what it makes for Kubernetes.
install(DIRECTORY deploy/fleet/ DESTINATION ${VICTRON_DATA_DIR}/fleet USE_SOURCE_PERMISSIONS
    PATTERN "__pycache__" EXCLUDE PATTERN "make_facts.py" EXCLUDE)
install(DIRECTORY deploy/kubernetes/station/ DESTINATION ${VICTRON_DATA_DIR}/kubernetes/station)
install(FILES deploy/systemd/example.env DESTINATION ${VICTRON_DATA_DIR})
