"""Who reaches staff accounts and the trail."""

from __future__ import annotations

from tests.guards.actors import ADMINISTRATOR, AUDITOR, EVERY_ROLE, TOKEN_MISSING, Row

ACCOUNTS = (
    Row("staff.admin", "/staff/admin", ADMINISTRATOR),
    Row("staff.permissions", "/staff/admin/permissions", ADMINISTRATOR),
    Row("staff.add_member", "/staff/admin/add", ADMINISTRATOR, 200, TOKEN_MISSING),
    Row("staff.member", "/staff/admin/people/{member}", ADMINISTRATOR),
    Row("staff.disable", "/staff/admin/people/{member}/disable", ADMINISTRATOR, None, TOKEN_MISSING),
    Row("staff.enable", "/staff/admin/people/{member}/enable", ADMINISTRATOR, None, TOKEN_MISSING),
    Row("staff.send_link", "/staff/admin/people/{member}/link", ADMINISTRATOR, None, TOKEN_MISSING),
    Row("staff.reset", "/staff/admin/people/{member}/reset", ADMINISTRATOR, None, TOKEN_MISSING),
    Row("staff.give_role", "/staff/admin/people/{member}/roles", ADMINISTRATOR, None, TOKEN_MISSING),
    Row("staff.end_role", "/staff/admin/people/{member}/roles/{role}/end", ADMINISTRATOR, None, TOKEN_MISSING),
    Row("staff.leave", "/staff/admin/people/{member}/leave", ADMINISTRATOR, None, TOKEN_MISSING),
    Row("staff.deputies", "/staff/admin/people/{member}/deputies", ADMINISTRATOR, 200, TOKEN_MISSING),
    Row("staff.end_deputy", "/staff/admin/people/{member}/deputies/{deputy}/end", ADMINISTRATOR, None, TOKEN_MISSING),
    Row("staff.groups", "/staff/admin/groups", ADMINISTRATOR, 200, TOKEN_MISSING),
    Row("staff.remove_group", "/staff/admin/groups/{group}/remove", ADMINISTRATOR, None, TOKEN_MISSING),
    Row("staff.audit", "/staff/audit", AUDITOR),
    # What one sent too late: the recruiter has something that waits.
    Row("staff.unsent", "/staff/unsent", EVERY_ROLE),
    Row("staff.forget_unsent", "/staff/unsent/{unsent}/forget", EVERY_ROLE, None, TOKEN_MISSING),
)
