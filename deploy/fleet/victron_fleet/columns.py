"""THE table of what an inventory says of a station: the columns of the CSV file, the keys of a JSON object.

A column is one row here: the check, the refusal and the table of docs/fleet.md follow from it.
"""

import collections

from . import checks

Column = collections.namedtuple("Column", "name check allowed meaning", defaults=(None,))

COLUMNS = [
    Column("site", checks.site, "letters, digits, `.` `_` `-`; at most 46",
           "Required. The label `site`, and the name of everything that is made for the station."),
    Column("url", checks.url, "as `--station.url`", "Required. Where the station is; users and passwords are refused here."),
    Column("region", checks.text, "text", "Target label `region` and the site file's: stations that share weather and grid."),
    Column("customer", checks.text, "text", "Target label `customer`: whose station it is; tenants are made of it."),
    Column("host", checks.host, "host name or address", "The machine that runs the exporter, as Prometheus reaches it. Empty: `127.0.0.1`."),
    Column("port", checks.port, "1 to 65535", "Where the exporter listens. Empty: the next free one, kept from then on."),
    Column("level", checks.one_of("core", "standard", "full"), "`core`, `standard`, `full`", "`--map.level`."),
    Column("labels", checks.labels, "`name=value;name=value`", "Further target labels."),
    Column("username", checks.word, "a word", "User of the station's MQTT broker or HTTP API; for `vrm://` the e-mail address."),
    Column("password_file", checks.file_name, "a file name", "The file in `credentials` that holds the password, or the token of VRM. Never the password."),
    Column("ca_file", checks.file_name, "a file name", "The file in `files` with the certificate of the GX or its CA."),
    Column("skip_hostname_check", checks.yes, "`yes`, `no`", "`--mqtt.skip-hostname-check`: for the certificate that a GX makes itself."),
    Column("map_file", checks.file_name, "a file name", "The file in `files` with rows for `--map.file`."),
    Column("options", checks.options, "`flag=value;flag=value`", "Other flags, without `--`: `scrape.min-interval=14s`."),
    Column("name", checks.text, "text", "Site file: what people call the station."),
    Column("timezone", checks.timezone, "IANA name", "Site file."),
    Column("grid_profile", checks.one_of(*checks.FACTS["choices"]["grid_profile"]), "as in the site file", "Site file."),
    Column("grid_class", checks.one_of(*checks.FACTS["choices"]["grid_class"]), "as in the site file", "Site file."),
    Column("chemistry", checks.one_of(*checks.FACTS["choices"]["chemistry"]), "as in the site file", "Site file."),
    Column("latitude", checks.number_from(-90, 90), "-90 to 90", "Site file; together with `longitude`."),
    Column("longitude", checks.number_from(-180, 180), "-180 to 180", "Site file; together with `latitude`."),
    Column("expected", checks.expected, "`battery=1;vebus=1`", "Site file: how many devices of a type there must be."),
    Column("parameters", checks.parameters, "`soc_low_ratio=0.3;…`", "Site file: parameters of the whole site."),
    Column("devices", checks.devices, "an object; JSON only", "Site file: parameters of devices and trackers."),
]
BY_NAME = {column.name: column for column in COLUMNS}
REQUIRED = ("site", "url")
NOT_DEFAULTS = ("site", "url", "port")
SITE_FILE = ("name", "region", "timezone", "grid_profile", "grid_class", "chemistry", "latitude", "longitude", "expected",
             "parameters", "devices")

# Columns that people expect and that must not be.
REFUSED = {name: "is refused: put it into a file, and the name of the file into the column password_file"
           for name in ("password", "token", "secret", "mqtt_password", "http_password", "access_token")}


def markdown():
    """The table of docs/fleet.md."""
    rows = [f"| `{column.name}` | {column.allowed} | {column.meaning} |" for column in COLUMNS]
    return "\n".join(["| column | allowed | meaning |", "|---|---|---|", *rows]) + "\n"
