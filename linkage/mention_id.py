"""The id of a mention, `contract|supplier|record_id|mention`, taken apart. A supplier's record_id may hold the stroke itself."""

from __future__ import annotations


def parts(mention_id: str) -> tuple[str, str, str, str]:
    """Contract, supplier, record_id and mention."""
    contract, supplier, rest = mention_id.split("|", 2)
    record_id, mention = rest.rsplit("|", 1)
    return contract, supplier, record_id, mention


def of_record(mention_id: str, contract: str, supplier: str, record_id: str) -> str:
    """SQL: whether a mention is of a record; each argument is an expression."""
    return f"regexp_replace({mention_id}, '[|][^|]*$', '') = concat_ws('|', {contract}, {supplier}, {record_id})"
