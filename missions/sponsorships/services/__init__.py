"""Every write on sponsorships, a module a part of its life.

The counts are the database’s: of two coordinators who spend the last two days at once, one is told that nothing is
left.
"""

from .agreement import association_agree, decline, draft, employer_agree, require_drafted, rework
from .amounts import value
from .conventions import drop_convention, employee_of_address, propose_convention, sign
from .days import begin, log_day, refuse_day, validate_day, withdraw_day
from .endings import break_off, close, debrief, end_with_organisation
from .forgetting import erase_old, forget_names, forget_person
from .links import unlink_person
from .releases import lapse_due, release_of_need
from .terms import Terms, check_dates, outside_territory

__all__ = [
    "Terms",
    "association_agree",
    "begin",
    "break_off",
    "check_dates",
    "close",
    "debrief",
    "decline",
    "draft",
    "drop_convention",
    "employee_of_address",
    "employer_agree",
    "end_with_organisation",
    "erase_old",
    "forget_names",
    "forget_person",
    "lapse_due",
    "log_day",
    "outside_territory",
    "propose_convention",
    "refuse_day",
    "release_of_need",
    "require_drafted",
    "rework",
    "sign",
    "unlink_person",
    "validate_day",
    "value",
    "withdraw_day",
]
