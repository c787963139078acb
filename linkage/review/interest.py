"""Own interest: nobody judges or reads records of themselves or of their own home. The page stops before it is shown."""

from __future__ import annotations

from collections.abc import Iterable

from linkage.review.accounts import Account, plain_postcode
from linkage.standardise.names import fold


def concerns(account: Account, names: Iterable[str | None], addresses: Iterable[str]) -> bool:
    """Whether a name is the account's own (every part of it, in any order) or an address bears its home postcode."""
    own = set(fold(account.full_name))
    if len(own) > 1 and any(own <= set(fold(name)) for name in names):
        return True
    code = plain_postcode(account.home_postcode)
    return bool(code) and any(plain_postcode(address).endswith(code) for address in addresses)
