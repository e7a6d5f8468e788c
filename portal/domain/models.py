"""Every table, gathered for migrations and for string references between features."""

from portal.domain.accounts import models as accounts
from portal.domain.applications import models as applications
from portal.domain.audit import models as audit
from portal.domain.campaigns import models as campaigns
from portal.domain.documents import models as documents
from portal.domain.messages import models as messages
from portal.domain.settings import models as settings

__all__ = ["accounts", "applications", "audit", "campaigns", "documents", "messages", "settings"]
