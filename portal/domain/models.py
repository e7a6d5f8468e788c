"""Every table, gathered for migrations and for string references between features."""

from portal.domain.accounts import models as accounts
from portal.domain.applications import models as applications
from portal.domain.attendance import models as attendance
from portal.domain.audit import models as audit
from portal.domain.bulk import models as bulk
from portal.domain.campaigns import models as campaigns
from portal.domain.casework import models as casework
from portal.domain.clearances import models as clearances
from portal.domain.correspondence import models as correspondence
from portal.domain.documents import models as documents
from portal.domain.duplicates import models as duplicates
from portal.domain.interest import models as interest
from portal.domain.interviews import models as interviews
from portal.domain.messages import models as messages
from portal.domain.offers import models as offers
from portal.domain.settings import models as settings
from portal.domain.shortlisting import models as shortlisting
from portal.domain.training import models as training
from portal.domain.volunteers import models as volunteers

__all__ = [
    "accounts",
    "applications",
    "attendance",
    "audit",
    "bulk",
    "campaigns",
    "casework",
    "clearances",
    "correspondence",
    "documents",
    "duplicates",
    "interest",
    "interviews",
    "messages",
    "offers",
    "settings",
    "shortlisting",
    "training",
    "volunteers",
]
