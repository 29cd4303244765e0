"""Header compression for HTTP/2 (RFC 7541): blocks to fields with all that an encoder may use, fields to blocks simply.

Reading is made for speed: it is most of what a request over HTTP/2 costs. Huffman codes are read a byte at a time by
rows of a table (the codes' tree, 256 branches at a time), each of which is made when it is first needed.
Answers are written without a dynamic table and without Huffman codes: they are short, and unlike each other in most of
what they hold.
"""

from collections import deque
from collections.abc import Iterable
from functools import lru_cache

TABLE_BYTES = 4096  # SETTINGS_HEADER_TABLE_SIZE: the initial value, and what we keep for a peer
ENTRY_BYTES = 32  # that an entry counts beside its name and value (RFC 7541, 4.1)

Field = tuple[bytes, bytes]


WITHOUT_TABLE = b"\x20"  # a dynamic table size update to 0 (RFC 7541, 6.3)


class HpackError(Exception):
    """The block can't be read, and neither can any that follows it on the connection."""


# RFC 7541, appendix A, in its order.
_STATIC_TEXT = (
    ":authority :method=GET :method=POST :path=/ :path=/index.html :scheme=http :scheme=https :status=200 :status=204 "
    ":status=206 :status=304 :status=400 :status=404 :status=500 accept-charset accept-encoding=gzip,_deflate "
    "accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control "
    "content-disposition content-encoding content-language content-length content-location content-range content-type "
    "cookie date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since "
    "last-modified link location max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after "
    "server set-cookie strict-transport-security transfer-encoding user-agent vary via www-authenticate"
)


def _static() -> list[Field]:
    parts = (entry.replace("_", " ").partition("=") for entry in _STATIC_TEXT.split(" "))
    return [(b"", b""), *((name.encode(), value.encode()) for name, _, value in parts)]


STATIC = _static()
_STATIC_COUNT = len(STATIC) - 1
_NAMES = {name: index for index, (name, _) in reversed(list(enumerate(STATIC))) if name}
_WHOLE = {field: index for index, field in enumerate(STATIC) if field[1]}

# Bits of the code of each byte, and of the end of a string (RFC 7541, appendix B). The codes are canonical: those of a
# length are consecutive numbers in the order of the bytes, and follow those that are shorter.
_CODE_BITS = bytes.fromhex(
    "0d17 1c1c 1c1c 1c1c 1c18 1e1c 1c1e 1c1c 1c1c 1c1c 1c1c 1e1c 1c1c 1c1c 1c1c 1c1c"
    "060a 0a0c 0d06 080b 0a0a 080b 0806 0606 0505 0506 0606 0606 0606 0708 0f06 0c0a"
    "0d06 0707 0707 0707 0707 0707 0707 0707 0707 0707 0707 0707 0807 080d 130d 0e06"
    "0f05 0605 0605 0606 0605 0707 0606 0605 0607 0605 0506 0707 0707 070f 0b0e 0d1c"
    "1416 1414 1616 1617 1617 1717 1717 1817 1818 1617 1817 1717 1715 1617 1617 1718"
    "1615 1416 1617 1715 1716 1618 1516 1717 1515 1615 1716 1717 1416 1616 1716 1617"
    "1a1a 1413 1617 1619 1a1a 1a1b 1b1a 1819 1315 1a1b 1b1a 1b18 1515 1a1a 1c1b 1b1b"
    "1418 1415 1615 1517 1616 1919 1818 1a17 1a1b 1a1a 1b1b 1b1b 1b1c 1b1b 1b1b 1b1a"
) + b"\x1e"  # fmt: skip
_END = 256


class _Place:
    """A place inside the tree of codes. `may_end`: a string may be padded from here (RFC 7541, 5.2: up to 7 ones).

    Its `row` has an entry for each byte: the symbols that it completes, and the place behind it.
    """

    __slots__ = ("branches", "may_end", "row", "symbol")

    def __init__(self) -> None:
        self.branches: list[_Place | None] = [None, None]
        self.symbol = -1
        self.may_end = False
        self.row: list[tuple[bytes, _Place]] = []


def _tree() -> _Place:
    root = _Place()
    code = bits = 0
    for size, symbol in sorted((size, symbol) for symbol, size in enumerate(_CODE_BITS)):
        code <<= size - bits
        bits = size
        place = root
        for shift in range(size - 1, -1, -1):
            bit = code >> shift & 1
            place.branches[bit] = place = place.branches[bit] or _Place()
        place.symbol = symbol
        code += 1
    padded: _Place | None = root
    for _ in range(8):
        if padded is not None:
            padded.may_end = True
            padded = padded.branches[1]
    return root


_ROOT = _tree()
_NOWHERE = _Place()
_NOWHERE.row = [(b"", _NOWHERE)] * 256


def _fill(start: _Place) -> list[tuple[bytes, _Place]]:
    """Make the row of `start`."""
    for byte in range(256):
        place, symbols = start, []
        for shift in range(7, -1, -1):
            following = place.branches[byte >> shift & 1]
            if following is None or following.symbol == _END:  # RFC 7541, 5.2: the end inside of a string is an error
                place = _NOWHERE
                break
            place = following
            if place.symbol >= 0:
                symbols.append(place.symbol)
                place = _ROOT
        start.row.append((bytes(symbols), place))
    return start.row


def huffman(data: bytes) -> bytes:
    """The string that `data` codes. Raises HpackError."""
    place = _ROOT
    symbols = []
    for byte in data:
        found, place = (place.row or _fill(place))[byte]
        symbols.append(found)
    if not place.may_end:
        raise HpackError("a Huffman code is cut, wrong, or padded with something else than ones")
    return b"".join(symbols)


class Decoder:
    """The blocks of one connection, in their order."""

    __slots__ = ("_limit_bytes", "_size", "_table")

    def __init__(self) -> None:
        self._table: deque[Field] = deque()  # the newest is the last
        self._size = 0
        self._limit_bytes = TABLE_BYTES

    def decode(self, block: bytes, most: int) -> list[Field]:
        """The fields of a block. Raises HpackError, for more than `most` of them too."""
        fields: list[Field] = []
        table = self._table
        at, size = 0, len(block)
        try:
            while at < size:
                byte = block[at]
                at += 1
                if byte >= 0x80:
                    index = byte & 0x7F
                    if index == 0x7F:
                        index, at = _integer(block, at, 0x7F)
                    if index > _STATIC_COUNT:
                        fields.append(table[_STATIC_COUNT - index])
                    elif index:
                        fields.append(STATIC[index])
                    else:
                        raise HpackError("index 0 stands for nothing")
                    if len(fields) > most:
                        raise HpackError(f"there are more than {most} fields in a block")
                elif byte & 0xE0 == 0x20:
                    at = self._resize(block, at, byte & 0x1F, is_first=not fields)
                else:
                    at = self._literal(block, at, byte, fields)
        except IndexError:
            raise HpackError("a block is cut, or names an entry that isn't there") from None
        if at > size:
            raise HpackError("a block is cut")
        return fields

    def _literal(self, block: bytes, at: int, byte: int, fields: list[Field]) -> int:
        """A field that isn't in the table, and goes there if it is to."""
        keeps = byte & 0x40
        mask = 0x3F if keeps else 0x0F
        index = byte & mask
        if index == mask:
            index, at = _integer(block, at, mask)
        if index > _STATIC_COUNT:
            name = self._table[_STATIC_COUNT - index][0]
        elif index:
            name = STATIC[index][0]
        else:
            name, at = _string(block, at)
        value, at = _string(block, at)
        field = name, value
        fields.append(field)
        if keeps:
            self._size += len(name) + len(value) + ENTRY_BYTES
            self._table.append(field)
            if self._size > self._limit_bytes:
                self._evict()
        return at

    def _resize(self, block: bytes, at: int, limit_bytes: int, *, is_first: bool) -> int:
        """RFC 7541, 4.2: at the beginning of a block only, and not above what we keep."""
        if limit_bytes == 0x1F:
            limit_bytes, at = _integer(block, at, 0x1F)
        if not is_first or limit_bytes > TABLE_BYTES:
            raise HpackError("the table's size is changed at a wrong place, or above its limit")
        self._limit_bytes = limit_bytes
        self._evict()
        return at

    def _evict(self) -> None:
        table = self._table
        while self._size > self._limit_bytes:
            name, value = table.popleft()
            self._size -= len(name) + len(value) + ENTRY_BYTES


def _integer(block: bytes, at: int, value: int) -> tuple[int, int]:
    """What follows a prefix full of ones (RFC 7541, 5.1), and where it ends."""
    for shift in (0, 7, 14, 21):
        byte = block[at]
        at += 1
        value += (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise HpackError("a number is too large")


def _string(block: bytes, at: int) -> tuple[bytes, int]:
    head = block[at]
    at += 1
    size = head & 0x7F
    if size == 0x7F:
        size, at = _integer(block, at, 0x7F)
    end = at + size
    if end > len(block):
        raise HpackError("a string is cut")
    raw = block[at:end]
    return (huffman(raw) if head & 0x80 else raw), end


def encode(fields: Iterable[Field]) -> bytes:
    """A block that leaves the peer's table as it is."""
    return b"".join([_indexed(field) or name(field[0]) + plain(field[1]) for field in fields])


def _indexed(field: Field) -> bytes:
    index = _WHOLE.get(field)
    return b"" if index is None else bytes((0x80 | index,))


@lru_cache(maxsize=256)
def name(name: bytes) -> bytes:
    """A literal without indexing (RFC 7541, 6.2.2), up to its value."""
    index = _NAMES.get(name)
    return b"\0" + plain(name) if index is None else _number(index, 0x0F)


def plain(text: bytes) -> bytes:
    """A string without a Huffman code."""
    return _number(len(text), 0x7F) + text


def _number(value: int, mask: int) -> bytes:
    if value < mask:
        return bytes((value,))
    out = bytearray((mask,))
    value -= mask
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
