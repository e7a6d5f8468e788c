"""The staff door: guarded as a whole, the same shape as the public one."""

from portal.staff import (
    admin,
    application,
    applications,
    audit,
    checks,
    documents,
    entry,
    my_work,
    own_account,
    second_factor,
    sign_in,
)
from portal.staff.door import blueprint

__all__ = [
    "admin",
    "application",
    "applications",
    "audit",
    "blueprint",
    "checks",
    "documents",
    "entry",
    "my_work",
    "own_account",
    "second_factor",
    "sign_in",
]
