"""CRC-32C (RFC 3720, B.4), which guards record batches and all files of a log.

Of the package `crc32c` only what is written in C is loaded: the package itself imports `importlib.metadata`, `email`
and `argparse` as well, 1.5 MB and some milliseconds of each start, for its version and a command line.
"""

from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crc32c import crc32c
else:
    _package = PathFinder.find_spec("crc32c")
    _found = PathFinder.find_spec("_crc32c", _package.submodule_search_locations)
    _module = module_from_spec(_found)
    _found.loader.exec_module(_module)
    crc32c = _module.crc32c

__all__ = ["crc32c"]
