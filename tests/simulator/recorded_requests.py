"""The request behind each recorded answer: samples/NAME and errors/NAME of a station's http folder."""

from .recording import SETTINGS, SYSTEM

PLATFORM = "com.victronenergy.platform"


def get(target, version="HTTP/1.1", headers=""):
    """The bytes of a GET."""
    return f"GET {target} {version}\r\nHost: gx\r\n{headers}\r\n".encode()


def get_value(path, service=SYSTEM, endpoint="value"):
    return get(f"/{endpoint}?service={service}&path={path}")


def post(target, body):
    return b"POST %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (target, len(body), body)


SAMPLES = {
    "ai-write-status": get("/ai-write-status"),
    "config": get("/config"),
    "health": get("/health"),
    "http10_request": get("/health", "HTTP/1.0"),
    "keepalive_requested": get("/health", headers="Connection: keep-alive\r\n"),
    "root": get("/"),
    "services": get("/services"),
    "text_invalid_scalar": get_value("/Ac/Grid/L2/Power", endpoint="text"),
    "text_scalar": get_value("/Dc/Battery/Soc", endpoint="text"),
    "text_subtree": get_value("/Dc/Battery", endpoint="text"),
    "two_pipelined_requests": get("/health") * 2,
    "value_array_of_objects": get_value("/Batteries"),
    "value_bool": get_value("/ConnectVrmTunnel", PLATFORM),
    "value_extra_params": get_value("/Dc/Battery/Soc&foo=bar"),
    "value_int": get_value("/Connected"),
    "value_int64": get_value("/ModificationChecks/DataPartitionFreeSpace", PLATFORM),
    "value_invalid_scalar": get_value("/Ac/Grid/L2/Power"),
    "value_object": get_value("/AvailableBatteryMeasurements"),
    "value_param_twice_first_wins": get_value("/Dc/Battery/Soc&path=/Dc/Battery/Voltage"),
    "value_scalar_double": get_value("/Dc/Battery/Soc"),
    "value_setting": get_value("/Settings/System/TimeZone", SETTINGS),
    "value_settings_subtree": get_value("/Settings/Services", SETTINGS),
    "value_string": get_value("/Serial"),
    "value_subtree_dc": get_value("/Dc"),
    "value_subtree_dc_battery": get_value("/Dc/Battery"),
    "value_system_root": get_value("/"),
    "value_urlencoded_path": get_value("%2FDc%2FBattery%2FVoltage"),
}
ERRORS = {
    "bad_service_name": get_value("/", "foo"),
    "double_slash": get("//value?service=x&path=/"),
    "empty_path_param": get_value(""),
    "garbage_request_line": b"HELLO\r\n\r\n",
    "head_method": b"HEAD /health HTTP/1.1\r\n\r\n",
    "header_too_many": get("/health", headers="".join(f"X-{i}: 1\r\n" for i in range(101))),
    "http2_preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "http_09": b"GET /health\r\n\r\n",
    "missing_both": get("/value"),
    "missing_path_param": get(f"/value?service={SYSTEM}"),
    "missing_service_param": get("/value?path=/"),
    "non_victron_service": get_value("/", "org.freedesktop.DBus"),
    "options_method": b"OPTIONS /value HTTP/1.1\r\n\r\n",
    "path_bad_char": get_value("/Dc-x"),
    "path_trailing_slash": get_value("/Dc/"),
    "path_without_slash": get_value("Dc"),
    "post_empty_400": post(b"/value", b""),
    "post_value_blocked_403": post(b"/value", b"{}"),
    "put_method": b"PUT /value HTTP/1.1\r\n\r\n",
    "unknown_endpoint": get("/nothing"),
    "unknown_path": get_value("/No/Such/Path"),
    "unknown_path_text": get_value("/No/Such/Path", endpoint="text"),
    "unknown_service": get_value("/", "com.victronenergy.nonexistent.ttyX"),
    "uri_too_long": b"GET /" + b"x" * 65536 + b" HTTP/1.1\r\n\r\n",
}
REQUESTS = {**{f"samples/{name}": request for name, request in SAMPLES.items()},
            **{f"errors/{name}": request for name, request in ERRORS.items()}}
