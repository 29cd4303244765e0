"""Blocks of IP addresses, as the operator `cidr` takes them. Bits of the address behind the mask are dropped."""

import re
from typing import Final

from weirmq.routing.errors import PatternError
from weirmq.routing.operators import Block
from weirmq.routing.values import address

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,9}")


def block(text: str) -> Block:
    """`10.0.0.0/8` as a block. Raises PatternError, without a place, as AWS does."""
    parts = text.split("/")
    if len(parts) != 2:
        raise PatternError("Malformed CIDR, one '/' required")
    if _INTEGER.fullmatch(parts[1]) is None:
        raise PatternError("Malformed CIDR, mask bits must be an integer")
    mask = int(parts[1])
    if mask < 0:
        raise PatternError("Malformed CIDR, mask bits must not be negative")
    network = address(parts[0])
    if network is None:
        raise PatternError(f"Nonstandard IP address: {parts[0]}".encode(errors="replace").decode())
    if mask >= network.bits:
        raise PatternError(f"IPv{4 if network.bits == 32 else 6} mask bits must be < {network.bits}")
    shift = network.bits - mask
    return Block(network.bits, shift, network.value >> shift)
