"""The staff door: guarded as a whole, the same shape as the public one."""

from portal.staff.door import blueprint

__all__ = ["blueprint"]
