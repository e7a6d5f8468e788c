"""The public door: one module a page family; forms beside them with the same names."""

from portal.public import campaigns, check, home, roles, sign_in, site_pages
from portal.public.door import blueprint

__all__ = ["blueprint", "campaigns", "check", "home", "roles", "sign_in", "site_pages"]
