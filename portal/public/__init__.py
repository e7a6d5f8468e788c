"""The public door: one module a page family; forms beside them with the same names."""

from portal.public import (
    account,
    application,
    apply,
    campaigns,
    check,
    documents,
    download,
    home,
    leaving,
    papers,
    roles,
    sections,
    sign_in,
    site_pages,
    submitting,
)
from portal.public.door import blueprint

__all__ = [
    "account",
    "application",
    "apply",
    "blueprint",
    "campaigns",
    "check",
    "documents",
    "download",
    "home",
    "leaving",
    "papers",
    "roles",
    "sections",
    "sign_in",
    "site_pages",
    "submitting",
]
