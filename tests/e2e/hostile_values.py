"""What a station may say instead of a number or a name, in the bytes of its JSON."""

# Text of /State as it comes -> the value of its series; None for no series.
TOKENS = [
    ("NaN", None), ("-Infinity", None), ("Infinity", None), ("1e400", None), ("-1e400", None),
    ("9" * 400, None), ("[]", None), ("null", None), ('""', None), ('"on"', None), ("{}", None),
    ('{"a": 1}', None), ("[1, 2]", None), ("[[[]]]", None), ('"\\ud800"', None), ('"\\u0000"', None),
    ("true", 1), ("false", 0), (str(2 ** 70), float(2 ** 70)), (str(-2 ** 70), float(-2 ** 70)),
    ("18446744073709551615", 2.0 ** 64), ("1e-400", 0), ("-0.0", 0), ("3.0", 3), ("3e0", 3),
    ("0." + "0" * 5000 + "1", 0), ("9", 9),
]

# A custom name in bytes as it comes, between its quotes.
NAMES = {
    "lone surrogates": b"a\\ud800b\\udc00c\\udc00\\ud800",
    "broken UTF-8": b"a\xff\xfe\xc3(\xe2\x82\xf0\x9f\x98z\x80",
    "a surrogate in UTF-8": b"\xed\xa0\x80",
    "overlong UTF-8": b"\xc0\xaf\xf8\x88\x80\x80\x80",
    "escaped control bytes": b"a\\u0000b\\u0001\\u001f\\u007f\\n\\r\\t\\b\\f",
    "bare control bytes": bytes(range(1, 32)),
    "a bare NUL": b"a\x00b",
    "quotes and backslashes": b'\\"}{\\\\\\"\\\\n\\\\',
    "line separators": "\u2028\u2029\u0085\ufeff\u202e".encode(),
    "markup": b"<script>alert(1)</script>&amp;\\u003cb\\u003e",
    "emoji": b"\\ud83d\\ude90" * 40,
    "10 kB": b"n" * 10_000,
    "10 kB of umlauts": "ö".encode() * 5_000,
    "10 kB of quotes": b'\\"' * 10_000,
    "10 kB of broken bytes": b"\xff" * 10_000,
}
