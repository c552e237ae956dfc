"""Adds up JUnit files: prints `N passed, N failed, N skipped`, exits 1 if any failed."""

import sys
import xml.etree.ElementTree as xml


def count(path):
    """(passed, failed, skipped) of one file; one that is missing, or has no tests, is a failure."""
    try:
        cases = list(xml.parse(path).iter("testcase"))
    except (OSError, xml.ParseError) as error:
        print(f"{path}: {error}")
        return 0, 1, 0
    if not cases:
        print(f"{path}: no tests")
        return 0, 1, 0
    failed = sum(case.find("failure") is not None or case.find("error") is not None
                 for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed, skipped


def main():
    passed, failed, skipped = map(sum, zip(*map(count, sys.argv[1:]), (0, 0, 0)))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
