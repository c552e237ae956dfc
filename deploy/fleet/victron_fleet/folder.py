"""A folder of made files: compares what there shall be with what there is, shows it, writes it.

A manifest says which files are ours. Others are never touched; one that is in the way is a mistake. A file is written aside
and renamed, one that is as it shall be is left alone. The manifest names a file before the file is there, so that nothing is
forgotten if this ends in between.
"""

import contextlib
import difflib
import fcntl
import json
import os
from pathlib import Path

MANIFEST = ".victron-fleet.json"


class Link(str):
    """The target of a symbolic link: for files that must not be copied."""


class Folder:
    """wanted: {relative name: text or Link}"""

    def __init__(self, path, wanted):
        self.path, self.wanted = path, wanted
        self.manifest = self._read_manifest()
        self._ours = set(self.manifest.get("files", []))
        self.written = sorted(name for name in wanted if self._is(name) != wanted[name])
        self.gone = sorted(self._ours - wanted.keys())

    @property
    def is_changed(self):
        return bool(self.written or self.gone)

    def check(self, take_over, mistakes):
        """Whether what is in the way is ours."""
        if self.path.exists() and not self.path.is_dir():
            mistakes.add(self.path, None, "is no folder")
        for name in self.written:
            if name not in self._ours and not take_over and os.path.lexists(self.path / name):
                mistakes.add(self.path / name, None, "is there and was not made of an inventory: move it away, or replace it by --take-over")

    def diff(self):
        """As `diff -u` shows it."""
        for name in sorted({*self.written, *self.gone}):
            before, after = self._is(name), self.wanted.get(name)
            yield from difflib.unified_diff(_lines(before), _lines(after), str(self.path / name) if before is not None else "/dev/null",
                                            str(self.path / name) if after is not None else "/dev/null")

    def write(self):
        if not self.is_changed:
            return
        self.path.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._keep({*self._ours, *self.wanted})
            for name in self.written:
                replace(self.path / name, self.wanted[name])
            for name in self.gone:
                self._remove(name)
            self._keep(self.wanted)

    def remember(self, key, value):
        """Keeps something else in the manifest."""
        if self.manifest.get(key) != value:
            self.manifest[key] = value
            self.path.mkdir(parents=True, exist_ok=True)
            with self._locked():
                self._keep(self.manifest.get("files", []))

    def _read_manifest(self):
        try:
            return json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}

    def _is(self, name):
        """What stands there now; None for nothing."""
        path = self.path / name
        if path.is_symlink():
            return Link(os.readlink(path))
        try:
            return path.read_text(encoding="utf-8", errors="surrogateescape")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _remove(self, name):
        path = self.path / name
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        with contextlib.suppress(OSError):  # not empty
            if path.parent != self.path:
                path.parent.rmdir()

    def _keep(self, names):
        self.manifest["files"] = sorted(names)
        replace(self.path / MANIFEST, json.dumps(self.manifest, indent=1, sort_keys=True) + "\n")

    @contextlib.contextmanager
    def _locked(self):
        """One at a time; ends with the process."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def replace(path, content):
    """Whoever reads finds the old or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    with contextlib.suppress(FileNotFoundError):
        aside.unlink()
    if isinstance(content, Link):
        aside.symlink_to(content)
    else:
        aside.write_text(content, encoding="utf-8")
        aside.chmod(0o644)
    os.replace(aside, path)


def _lines(content):
    if content is None:
        return []
    if isinstance(content, Link):
        return [f"symbolic link to {content}\n"]
    return content.splitlines(keepends=True)


def relative(target, folder):
    return os.path.relpath(Path(target), Path(folder))
