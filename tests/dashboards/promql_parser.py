"""Reads PromQL as far as the boards and rules use it: parse() gives a tree, walk() its nodes with what is above them."""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"""\s*(?:
    (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*') | (?P<window>\[[^\]]*\]) | (?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)) | (?P<duration>\d+[smhdwy])
    | (?P<variable>\$\{?\w+\}?) | (?P<name>[a-zA-Z_:][\w:]*) | (?P<sign>==|!=|=~|!~|>=|<=|[-+*/%^(){},<>=@]))""", re.X)
LEVELS = [{"or"}, {"and", "unless"}, {"==", "!=", ">", "<", ">=", "<="}, {"+", "-"}, {"*", "/", "%"}, {"^"}]
AGGREGATIONS = {"sum", "min", "max", "avg", "count", "topk", "bottomk", "quantile", "count_values", "group", "stddev"}
COMPARISONS = LEVELS[2]


@dataclass
class Number:
    value: float


@dataclass
class Text:
    value: str


@dataclass
class Variable:
    name: str


@dataclass
class Selector:
    name: str
    matchers: dict = field(default_factory=dict)
    window: str = ""


@dataclass
class Subquery:
    inner: object
    window: str


@dataclass
class Call:
    function: str
    arguments: list
    by: list = None


@dataclass
class Binary:
    sign: str
    left: object
    right: object
    is_bool: bool = False


def parse(expression):
    reader = _Reader(expression)
    tree = reader.binary(0)
    if reader.kind:
        raise ValueError(f"{reader.word!r} is left over in {expression}")
    return tree


def walk(node, above=()):
    """(node, those above it, the nearest last) of the whole tree."""
    yield node, above
    for child in children(node):
        yield from walk(child, (*above, node))


def children(node):
    return {Call: lambda: node.arguments, Binary: lambda: [node.left, node.right], Subquery: lambda: [node.inner]}.get(type(node), lambda: [])()


def selectors(expression):
    return [node for node, _ in walk(parse(expression)) if isinstance(node, Selector)]


class _Reader:
    def __init__(self, text):
        self._text, self._at = text, 0
        self.kind = self.word = None
        self._next()

    def _next(self):
        before = self.word
        found = TOKEN.match(self._text, self._at)
        if not found and self._text[self._at:].strip():
            raise ValueError(f"cannot read {self._text[self._at:]!r}")
        self.kind, self.word = (found.lastgroup, found[found.lastgroup]) if found else (None, None)
        self._at = found.end() if found else len(self._text)
        return before

    def _take(self, word):
        if self.word != word:
            raise ValueError(f"{word!r} expected, not {self.word!r}, in {self._text}")
        return self._next()

    def _is(self, *words):
        return self.kind in ("name", "sign") and self.word in words

    def binary(self, level):
        if level == len(LEVELS):
            return self._unary()
        left = self.binary(level + 1)
        while self._is(*LEVELS[level]):
            sign = self._next()
            is_bool = self._is("bool") and bool(self._next())
            self._matching()
            left = Binary(sign, left, self.binary(level + 1), is_bool)
        return left

    def _matching(self):
        while self._is("on", "ignoring", "group_left", "group_right"):
            self._next()
            if self._is("("):
                self._labels()

    def _labels(self):
        self._take("(")
        found = []
        while not self._is(")"):
            found.append(self._next())
            if self._is(","):
                self._next()
        self._take(")")
        return found

    def _unary(self):
        if self._is("-", "+"):
            sign = self._next()
            inner = self.binary(len(LEVELS) - 1)
            return Binary("*", Number(-1.0), inner) if sign == "-" else inner
        node = self._primary()
        while self.kind == "window" or self._is("offset", "@"):
            node = self._modified(node)
        return node

    def _modified(self, node):
        if self.kind == "window":
            window = self._next()[1:-1]
            if isinstance(node, Selector) and not node.window and ":" not in window:
                return Selector(node.name, node.matchers, window)
            return Subquery(node, window)
        if self._next() == "@":
            self._next()
            self._labels()
        else:
            self._is("-") and self._next()
            self._next()
        return node

    def _primary(self):
        if self.kind == "number":
            return Number(float(self._next()))
        if self.kind == "text":
            return Text(self._next()[1:-1])
        if self.kind == "variable":
            return Variable(self._next().strip("${}"))
        if self._is("("):
            self._next()
            inner = self.binary(0)
            self._take(")")
            return inner
        if self._is("{"):
            return Selector("", self._matchers())
        if self.kind != "name":
            raise ValueError(f"{self.word!r} begins nothing in {self._text}")
        name = self._next()
        if self._is("(") or name in AGGREGATIONS and self._is("by", "without"):
            return self._call(name)
        return Selector(name, self._matchers() if self._is("{") else {})

    def _call(self, name):
        by = self._grouping()
        self._take("(")
        arguments = []
        while not self._is(")"):
            arguments.append(self.binary(0))
            if self._is(","):
                self._next()
        self._take(")")
        return Call(name, arguments, by if by is not None else self._grouping())

    def _grouping(self):
        if self._is("by", "without"):
            self._next()
            return self._labels()
        return None

    def _matchers(self):
        self._take("{")
        found = {}
        while not self._is("}"):
            label, sign, kind, value = self._next(), self._next(), self.kind, self._next()
            if kind != "text":
                raise ValueError(f"a text expected, not {value!r}, in {self._text}")
            found[label] = (sign, value[1:-1])
            if self._is(","):
                self._next()
        self._take("}")
        return found
