"""The drawn architecture is the built one.

Reads the #include lines of exporter/ and holds them against include_rules.txt: an edge
that is not listed is a failure, and so is a listed edge that no file uses.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXPORTER = ROOT / "exporter"
RULES = Path(__file__).with_name("include_rules.txt")

LINES_MAX = 400
FUNCTION_LINES_MAX = 60
BANNED_CALLS = re.compile(
    r"\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|sscanf|strtol|strtoul|gets|setlocale)\s*\("
)

SOURCES = sorted(p for p in EXPORTER.rglob("*.[ch]"))


def name_of(path):
    return path.relative_to(EXPORTER).as_posix()


def place_of(name):
    """The key under which the rules speak of a file: its folder, or itself at the top."""
    folder, _, _ = name.rpartition("/")
    return folder or name


def read_rules():
    allowed, private = {}, {}
    for line in RULES.read_text().splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        head, _, tail = line.partition(":")
        words = tail.split()
        if head.startswith("private "):
            private[head.removeprefix("private ")] = set(words)
        else:
            allowed[head] = set(words)
    return allowed, private


def includes_of(path):
    for target in re.findall(r'^\s*#include "([^"]+)"', path.read_text(), re.M):
        yield target


def edges():
    for path in SOURCES:
        for target in includes_of(path):
            yield name_of(path), target


def test_every_include_is_an_arrow_of_the_drawing():
    allowed, private = read_rules()
    wrong = []
    for name, target in edges():
        here, there = place_of(name), place_of(target)
        if here != there and there not in allowed.get(here, set()):
            wrong.append(f"{name} includes {target}: {here} -> {there} is not allowed")
        if target in private and not {name, here} & private[target]:
            wrong.append(f"{name} includes {target}, which is private to {private[target]}")
    assert not wrong, "\n".join(wrong)


def test_no_arrow_is_drawn_that_nobody_uses():
    allowed, _ = read_rules()
    used = {(place_of(name), place_of(target)) for name, target in edges()}
    drawn = {(here, there) for here, targets in allowed.items() for there in targets}
    idle = sorted(drawn - used)
    assert not idle, f"drawn but unused: {idle}"


def test_there_is_no_cycle():
    allowed, _ = read_rules()
    done, path = set(), []

    def visit(node):
        assert node not in path, " -> ".join(path + [node])
        if node in done:
            return
        path.append(node)
        for target in sorted(allowed.get(node, ())):
            visit(target)
        path.pop()
        done.add(node)

    for node in sorted(allowed):
        visit(node)


def test_an_includer_must_find_what_is_included():
    missing = [(n, t) for n, t in edges() if not (EXPORTER / t).exists()
               and t != "self/build.h"]
    assert not missing


@pytest.mark.parametrize("path", [p for p in SOURCES if p.suffix == ".h"], ids=name_of)
def test_every_header_compiles_alone(path):
    flags = subprocess.run(["pkg-config", "--cflags", "libmicrohttpd", "libcurl", "jansson",
                            "libmosquitto"], check=True, capture_output=True, text=True)
    command = ["cc", "-std=c17", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror",
               "-fsyntax-only", f"-I{EXPORTER}", *flags.stdout.split(), "-x", "c", "-"]
    result = subprocess.run(command, input=f'#include "{name_of(path)}"\n',
                            capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_is_short(path):
    count = len(path.read_text().splitlines())
    assert count <= LINES_MAX, f"{count} lines, allowed {LINES_MAX}"


# They fill a struct error and pass the code on, which callers that only want the text let fall.
MAY_BE_LET_FALL = {"error_set", "error_at", "mqtt_failure_set"}


def outcomes_that_may_be_let_fall(text):
    """Names of the functions of a header that return an enum err nobody has to look at."""
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    declarations = re.findall(r"^(enum err (\w+)\([^;]*);", code, re.M)
    return {name for whole, name in declarations if "warn_unused_result" not in whole}


@pytest.mark.parametrize("path", [p for p in SOURCES if p.suffix == ".h"], ids=name_of)
def test_an_outcome_must_be_looked_at(path):
    assert outcomes_that_may_be_let_fall(path.read_text()) <= MAY_BE_LET_FALL


def test_an_outcome_that_may_be_let_fall_is_found():
    text = ("enum err one(int a,\n             int b);\n/* enum err two(void); */\n"
            "enum err three(void) __attribute__((warn_unused_result));\n")
    assert outcomes_that_may_be_let_fall(text) == {"one"}


def functions(text):
    """(name, lines) of each function: from its opening brace in column 0 to its end."""
    lines = text.splitlines()
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield lines[start - 1], number - start + 1
            start = None


@pytest.mark.parametrize("path", [p for p in SOURCES if p.suffix == ".c"], ids=name_of)
def test_a_function_is_short(path):
    long = [(head, n) for head, n in functions(path.read_text()) if n > FUNCTION_LINES_MAX]
    assert not long


def test_the_function_counter_counts():
    text = "int f(void)\n{\n    return 0;\n}\n\nint g(void)\n{\n}\n"
    assert [n for _, n in functions(text)] == [3, 2]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_banned_call(path):
    code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    assert not BANNED_CALLS.search(code), BANNED_CALLS.search(code)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_block_comments_and_no_left_over_marks(path):
    text = path.read_text()
    assert not re.search(r"^\s*//", text, re.M)
    comments = " ".join(re.findall(r"/\*.*?\*/", text, re.S))
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", comments)
