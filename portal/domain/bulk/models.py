"""One act on many applications: the run, and one line for each application it touches."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, words


class RunState(StrEnum):
    RUNNING = "running"  # waiting for the worker, or with it
    FINISHED = "finished"
    STOPPED = "stopped"  # by a person; what was done stays done
    UNDOING = "undoing"
    UNDONE = "undone"


class ItemState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    LEFT_OUT = "left_out"  # it could not be done to this one; `why` says so as a code
    UNDONE = "undone"


class Run(Base):
    """A bulk act. `token` comes from the preview's form: sent twice it is one run. A worker holds this row for
    the length of a batch, so that two never work on one run, and one that dies leaves it at once where it stopped.
    `leased_until` is when a run that met with trouble may be taken again."""

    __tablename__ = "bulk_run"
    __table_args__ = (
        CheckConstraint("(state IN ('finished', 'stopped', 'undone')) = (ended_at IS NOT NULL)", name="ended_at"),
        Index("ix_bulk_run_state", "state", "leased_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    act: Mapped[str]  # a key of the registry of acts
    detail: Mapped[dict[str, Any]]  # what the act needs: a tag, an owner, a template and when to send it
    by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"), index=True)
    state: Mapped[RunState] = mapped_column(words(RunState), default=RunState.RUNNING)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)  # and not undone since
    left_out: Mapped[int] = mapped_column(default=0)
    why: Mapped[str | None]  # it ended early though nobody stopped it: a code
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]


class RunItem(Base):
    """One application of a run, changed in the very unit of work that does the act to it: exactly once."""

    __tablename__ = "bulk_item"
    __table_args__ = (Index("ix_bulk_item_state", "run_id", "state", "application_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("bulk_run.id", ondelete="CASCADE"), primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    state: Mapped[ItemState] = mapped_column(words(ItemState), default=ItemState.WAITING)
    why: Mapped[str | None]  # left out, or could not be undone: a code
    before: Mapped[int | None]  # what the act replaced, by its number: given back when it is undone
