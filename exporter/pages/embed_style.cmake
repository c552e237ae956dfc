# cmake -DCSS=landing.css -DOUT=landing_style.c -P embed_style.cmake
#
# Writes a style sheet as a C string, and its SHA-256 in base64, by which the page's
# Content-Security-Policy allows this style and no other.
file(READ ${CSS} text)
string(REGEX REPLACE "\n *" "\n" text "${text}") # a page needs no indentation
string(SHA256 digest "${text}")

set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
set(base64 "")
foreach(i RANGE 0 63 3) # three hexadecimal digits are two of base64
    string(SUBSTRING "${digest}00" ${i} 3 digits)
    math(EXPR high "0x${digits} >> 6")
    math(EXPR low "0x${digits} & 63")
    string(SUBSTRING "${alphabet}" ${high} 1 first)
    string(SUBSTRING "${alphabet}" ${low} 1 second)
    string(APPEND base64 "${first}${second}")
endforeach()
string(SUBSTRING "${base64}" 0 43 base64) # of 32 bytes; the rest is padding

string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
file(WRITE ${OUT}.new
    "/* Made of landing.css by embed_style.cmake. */\n"
    "#include \"pages/landing_style.h\"\n\n"
    "const char landing_style[] =\n    \"${text}\";\n\n"
    "const char landing_style_hash[] = \"sha256-${base64}=\";\n")
file(RENAME ${OUT}.new ${OUT})
