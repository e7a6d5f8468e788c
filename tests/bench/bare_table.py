"""The table the yardstick of a write puts its rows in: known without making an application."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table

ROWS = Table("bare_write", MetaData(), Column("id", Integer, primary_key=True), Column("words", String))
