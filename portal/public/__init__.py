"""The public door: one module a page family; forms beside them with the same names."""

from portal.public import home, sign_in
from portal.public.door import blueprint

__all__ = ["blueprint", "home", "sign_in"]
