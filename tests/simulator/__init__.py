"""A simulated GX station: the DBus HTTP API and the MQTT broker's plugin, as measured."""
