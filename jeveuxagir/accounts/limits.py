"""How often somebody may ask, in one table. Counted in the shared cache, before any password is hashed.

`hit(name, key)` counts one try and says whether it is still allowed. When the store is down, the limits marked
`closed` refuse: nobody guesses a code while we cannot count.
"""

import hashlib
import ipaddress
import logging
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from jeveuxagir.common.client_address import client_address
from jeveuxagir.common.errors import RuleBroken

from . import devices

logger = logging.getLogger(__name__)

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Limit:
    """At most `times` in each period of `seconds`, per key."""

    times: int
    seconds: int
    closed: bool = False


LIMITS: dict[str, Limit] = {
    # signing in, by password or by code
    "login_account": Limit(5, 5 * MINUTE, closed=True),
    # one neighbourhood on one account: counted first, so that it soon stops holding the account's door shut
    "login_account_network": Limit(50, DAY, closed=True),
    "login_address": Limit(10, MINUTE, closed=True),
    "login_network": Limit(10, MINUTE, closed=True),
    # asking for a mail with a code or a link
    "code_account": Limit(5, 5 * MINUTE, closed=True),
    "code_address": Limit(10, MINUTE, closed=True),
    "code_network": Limit(10, MINUTE, closed=True),
    "code_account_network": Limit(20, DAY, closed=True),
    "code_account_day": Limit(60, DAY, closed=True),
    # the second factor, per account
    "factor_account": Limit(5, 5 * MINUTE, closed=True),
    # mails to an address that nobody has confirmed
    "unverified_mail": Limit(3, DAY),
    "unverified_mail_global": Limit(2000, HOUR),
    # invitations by one account, whatever the organisation: its name is in the mail before anybody moderated it
    "invitation_account": Limit(50, DAY),
    # invitations into the staff by one agent
    "staff_invitation_account": Limit(20, DAY),
    # codes and domains of employers made by one account, and the codes that one account tries
    "join_code_account": Limit(60, DAY),
    "mail_domain_account": Limit(10, DAY),
    "employee_code_account": Limit(20, HOUR, closed=True),
    # asking to join organisations, and looking numbers up in the public registries
    "join_account": Limit(10, DAY),
    "registry_account": Limit(40, 10 * MINUTE),
    # forms open to everybody, with and without a proof of work
    "form_address": Limit(30, 10 * MINUTE),
    "form_address_unproved": Limit(5, 10 * MINUTE),
    # looking at the first matches of a request that is not filed
    "preview_address": Limit(60, 10 * MINUTE),
    # reading the public API: one program, then all those of a network
    "api_address": Limit(120, MINUTE),
    "api_network": Limit(1200, MINUTE),
    # reading one's own data: one key, wherever its programs are; and keys made by one account
    "api_key": Limit(120, MINUTE),
    "api_key_account": Limit(20, DAY),
    # the whole of our missions at once
    "feed_address": Limit(12, HOUR),
    # ideas brought by one account
    "idea_account": Limit(10, DAY),
    # events drafted, and messages to those who registered, by one account
    "event_account": Limit(60, DAY),
    "event_note_account": Limit(20, DAY),
    # alliances started by one account
    "alliance_account": Limit(20, DAY),
    # documents brought, topics opened, messages written and reported in alliances by one account
    "document_account": Limit(40, HOUR),
    "topic_account": Limit(20, DAY),
    "post_account": Limit(60, HOUR),
    "report_account": Limit(20, DAY),
    # documents checked by their code or their bytes
    "verify_address": Limit(30, 10 * MINUTE),
    # common problems stated, and supported, by one account
    "challenge_account": Limit(10, DAY),
    # skill needs drafted by one account
    "skill_need_account": Limit(30, DAY),
    # sheets of the library, written or self-assessed
    "sheet_account": Limit(20, DAY),
    "assessment_account": Limit(30, DAY),
    "support_account": Limit(40, DAY),
    # words of the glossary contested by one account
    "contest_account": Limit(10, DAY),
    # pledges on the measures of the programme, by one account
    "pledge_account": Limit(20, DAY),
    # what one account says of communes
    "statement_account": Limit(5, DAY),
    # needs of means said, and contributions promised, by one account
    "resource_need_account": Limit(20, DAY),
    "resource_promise_account": Limit(40, DAY),
    # introductions proposed by one account
    "introduction_account": Limit(10, DAY),
    # what the search proposes as one types
    "suggestions_address": Limit(600, 10 * MINUTE),
    # leaving with one's data
    "export_account": Limit(5, HOUR, closed=True),
    "alliance_export_account": Limit(10, HOUR, closed=True),
}


def hit(name: str, key: object) -> bool:
    """Count one more `name` for `key`; False when it is one too many."""
    limit = LIMITS[name]
    slot = _slot(name, key)
    try:
        cache.add(slot, 0, limit.seconds + MINUTE)
        return cache.incr(slot) <= limit.times
    except Exception:  # whatever the store's client raises
        logger.warning("limit_store_down", extra={"code": name})
        return not limit.closed


def would_allow(name: str, key: object) -> bool:
    """Whether one more would be allowed, without counting it."""
    try:
        return cache.get(_slot(name, key), 0) < LIMITS[name].times
    except Exception:
        return not LIMITS[name].closed


def require_account(name: str, email: str, request: HttpRequest) -> None:
    """Count this try on an account: for the visitor's neighbourhood, then for all. A browser in which the account
    was opened before counts apart: whoever else tries the door does not close it to its owner."""
    key = devices.key_of(request, email)
    require(f"{name}_network", f"{key} {network_of(client_address(request))}")
    require(name, key)


def household(address: str) -> str:
    """The address; of an IPv6 one the /64, which is one subscriber's to choose from."""
    try:
        if ipaddress.ip_address(address).version == 4:
            return address
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False))


def _slot(name: str, key: object) -> str:
    if "_address" in name:
        key = household(str(key))
    window = int(time.time() // LIMITS[name].seconds)
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{key}".lower().encode()).hexdigest()[:32]
    return f"limit:{name}:{digest}:{window}"


def require(name: str, key: object) -> None:
    """Like `hit`, but refuses with a sentence a person can read (RuleBroken, code "too_many")."""
    if not hit(name, key):
        raise RuleBroken(
            "Vous avez essayé trop de fois. Attendez quelques minutes, puis recommencez.", code="too_many"
        )


def require_address(name: str, request: HttpRequest) -> None:
    """Count this try for the visitor's address and for its neighbourhood (/24, /48)."""
    address = client_address(request)
    require(f"{name}_address", address)
    require(f"{name}_network", network_of(address))


def network_of(address: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 one."""
    try:
        prefix = 24 if ipaddress.ip_address(address).version == 4 else 48
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))
