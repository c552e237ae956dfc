"""The list of the dashboards and their text."""

import json

from . import auxiliary, battery, fleet, grid_ess, gx, risk, solar, station

ALL = [fleet, station, battery, solar, grid_ess, auxiliary, gx, risk]


def texts():
    """{file name: JSON text}"""
    boards = [module.build() for module in ALL]
    return {f"{board.uid}.json": json.dumps(board.model(), indent=1, ensure_ascii=False) + "\n" for board in boards}
