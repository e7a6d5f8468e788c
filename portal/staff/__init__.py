"""The staff door: guarded as a whole, the same shape as the public one."""

from portal.staff import (
    admin,
    application,
    applications,
    audit,
    checks,
    deputies,
    documents,
    entry,
    my_work,
    own_account,
    presence,
    second_factor,
    sign_in,
    single_sign_on,
    step_up,
)
from portal.staff.door import blueprint

__all__ = [
    "admin",
    "application",
    "applications",
    "audit",
    "blueprint",
    "checks",
    "deputies",
    "documents",
    "entry",
    "my_work",
    "own_account",
    "presence",
    "second_factor",
    "sign_in",
    "single_sign_on",
    "step_up",
]
