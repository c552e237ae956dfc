"""Rows of a table whose waiting overlaps: each is tried in a thread of its own, all at once.

    @pytest.fixture(scope="module")
    def tried(request):
        with AtOnce(request, try_row) as results:
            yield results

    @pytest.mark.parametrize("row", ROWS, ids=str)
    def test_the_promise(tried, row):
        tried.result(row)
"""

from concurrent.futures import ThreadPoolExecutor


class AtOnce:
    """Tries those rows of the module's tests that were asked for; a row is the test's parameter `row`."""

    def __init__(self, request, try_row):
        items = [item for item in request.session.items if item.parent is request.node]
        self._rows = list(dict.fromkeys(item.callspec.params["row"] for item in items if hasattr(item, "callspec")
                                        and "row" in item.callspec.params))
        self._try = try_row
        self._pool = ThreadPoolExecutor(max(1, len(self._rows)))
        self._results = {}

    def __enter__(self):
        self._results = {row: self._pool.submit(self._try, row) for row in self._rows}
        return self

    def __exit__(self, *_exception):
        self._pool.shutdown()

    def result(self, row):
        """What trying it gave, or raises what it raised."""
        return self._results[row].result()
