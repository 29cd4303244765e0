"""TransactWriteItems.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from hashlib import sha256

import msgspec

from weirmq.engine.service import Call
from weirmq.services.dynamodb import errors, facts, writes
from weirmq.services.dynamodb.limits import TOKEN_MS, TRANSACTION_BYTES
from weirmq.services.dynamodb.service import LeaseTables, refuse
from weirmq.services.dynamodb.values import size_of
from weirmq.services.dynamodb.writes import Write
from weirmq.wire.aws.types.dynamodb import TransactWriteItem, TransactWriteItemsInput


def transact_write_items(service: LeaseTables, call: Call, request: TransactWriteItemsInput) -> None:
    """Do all writes or, where one can't be, none. Raises TransactionCanceled, Validation, ResourceNotFound,
    IdempotentParameterMismatch.
    """
    refuse(request, "ReturnConsumedCapacity", "ReturnItemCollectionMetrics")
    found = [_write_of(service, call, part) for part in request.TransactItems]
    if len({(write.table.number, write.key) for write in found}) < len(found):
        raise errors.validation("Transaction request cannot include multiple operations on one item")
    digest = sha256(msgspec.msgpack.encode(request.TransactItems)).digest()
    if _was_made(service, call, request.ClientRequestToken, digest):
        return
    if not all(write.holds for write in found):
        raise errors.transaction_cancelled([_reason(write) for write in found])
    changes = [fact for write in found for fact in write.facts()]
    if sum(size_of(fact.item) for fact in changes if isinstance(fact, facts.ItemPut)) > TRANSACTION_BYTES:
        raise errors.validation("Transaction request size has exceeded the maximum allowed size")
    if request.ClientRequestToken:
        account = call.caller.account
        changes.append(facts.TransactionMade(account, call.region, request.ClientRequestToken, digest))
    if changes:
        service.commit(call.now_ms, *changes)


def _write_of(service: LeaseTables, call: Call, part: TransactWriteItem) -> Write:
    given = [each for each in (part.ConditionCheck, part.Put, part.Delete, part.Update) if each is not None]
    if len(given) != 1:
        raise errors.validation("TransactItems can only contain one of Check, Put, Update or Delete")
    if part.Put is not None:
        return writes.put_of(service, call, part.Put)
    if part.Delete is not None:
        return writes.delete_of(service, call, part.Delete)
    if part.Update is not None:
        return writes.update_of(service, call, part.Update)
    assert part.ConditionCheck is not None, "one of the four is there"  # noqa: S101
    return writes.check_of(service, call, part.ConditionCheck)


def _was_made(service: LeaseTables, call: Call, token: str | None, digest: bytes) -> bool:
    """Whether this very request came before, within ten minutes. Raises IdempotentParameterMismatch for another one."""
    made = service.machine.transactions.get((call.caller.account, call.region, token)) if token else None
    if made is None or made[1] <= call.now_ms - TOKEN_MS:
        return False
    if made[0] != digest:
        raise errors.token_reused()
    return True


def _reason(write: Write) -> dict[str, object]:
    if write.holds:
        return {"Code": "None"}
    reason: dict[str, object] = {"Code": "ConditionalCheckFailed", "Message": errors.CONDITION_FAILED}
    if write.shown:
        reason["Item"] = write.shown
    return reason
