"""Days of interviews meet training: who of a panel teaches then, and which room a cohort has.

Each is the act of the feature, asked about training too. Whoever plans either holds one name (`clashes.PLANS`), so
that of two who want a room at one moment the second is told.
"""

from __future__ import annotations

from functools import partial

from portal.domain.interviews import board, changing, clashes, filling
from portal.domain.training.clashes import taught_between

look = partial(clashes.look, also=taught_between)
plan_days = partial(filling.plan_days, also=taught_between)
edit_panel = partial(changing.edit_panel, also=taught_between)
seated = partial(board.seated, also=taught_between)
