"""Who gets a message: event patterns (EventBridge) and filter policies (SNS).

pattern = compile(document, Dialect.SNS_ATTRIBUTES)     raises PatternError, in AWS's words
pattern.matches(event)                                  one pattern
index = Index(Dialect.SNS_ATTRIBUTES)                   many: index.add(key, pattern); index.match(event)
"""

from weirmq.routing.errors import NestedPolicy, PatternError
from weirmq.routing.events import parse_event, readable
from weirmq.routing.index import Index
from weirmq.routing.limits import Dialect
from weirmq.routing.patterns import Pattern, compile  # noqa: A004 - named as re.compile is

__all__ = ["Dialect", "Index", "NestedPolicy", "Pattern", "PatternError", "compile", "parse_event", "readable"]
