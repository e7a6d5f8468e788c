"""What is never kept of a form that came too late: passwords, codes, a passkey's answer. And what is never hidden."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from wtforms import Form, HiddenField, PasswordField
from wtforms.fields.core import UnboundField

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, SignInSession, UnsentForm
from portal.staff.forms.own_account import AddPasskeyForm, ChangePasswordForm
from portal.staff.forms.second_factor import CodeForm, RecoveryForm
from portal.staff.forms.sign_in import PasskeyForm, PasswordForm
from portal.web.guards import access_of
from portal.web.unsent import is_technical
from tests.support.people import a_staff_member, browser_of

FORMS = Path(inspect.getfile(importlib.import_module("portal.staff"))).parent / "forms"
CODES = {CodeForm, RecoveryForm, PasskeyForm, AddPasskeyForm}  # secrets in fields that show what is typed
SECRETS = {
    "staff.change_password": ("/staff/account/password", ("current", "password", "again")),
    "staff.add_passkey": ("/staff/account/passkeys", ("name", "answer")),
    "staff.step_up": ("/staff/step-up", ("code",)),
    "staff.step_up_by_passkey": ("/staff/step-up/passkey", ("answer",)),
}
VERSION = ("LineForm", "version")  # hidden on its page, though not by its kind
WORDING = ("MessageForm", "template")  # the wording begun from: its words stand in the message


def fields() -> Iterator[tuple[type[Form], str, UnboundField]]:
    """Every field of every form of staff."""
    for found in pkgutil.iter_modules([str(FORMS)]):
        module = importlib.import_module(f"portal.staff.forms.{found.name}")
        for kind in vars(module).values():
            if inspect.isclass(kind) and issubclass(kind, Form):
                for name in dir(kind):
                    if isinstance(field := getattr(kind, name), UnboundField):
                        yield kind, name, field


def secret_forms() -> set[type[Form]]:
    return CODES | {kind for kind, _name, field in fields() if issubclass(field.field_class, PasswordField)}


def uses(app: Flask, endpoint: str, forms: set[type[Form]]) -> bool:
    """Whether the view's own code names one of these forms."""
    view = inspect.unwrap(app.view_functions[endpoint])
    named = [view.__globals__.get(name) for name in view.__code__.co_names]
    return any(each is form for each in named for form in forms)


def test_every_view_that_takes_a_secret_says_so(app: Flask) -> None:
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    staff = {each for each in posted if (access := access_of(app, each)) is not None and access.permission}
    assert {ChangePasswordForm, PasswordForm} < secret_forms() and len(staff) > 100
    takes = {each for each in staff if uses(app, each, secret_forms())}
    assert takes == set(SECRETS)
    assert {each for each in staff if getattr(app.view_functions[each], "never_kept", False)} == takes


@pytest.mark.parametrize("endpoint", SECRETS)
def test_a_secret_that_came_too_late_is_nowhere(app: Flask, session: Session, endpoint: str) -> None:
    member = a_staff_member(session, Role.RECRUITER)
    browser = browser_of(app, member)
    token = browser.tokens(browser.get("/staff/account").text)
    with unit_of_work(session):
        session.execute(update(SignInSession).values(seen_at=clock.wall() - timedelta(hours=1)))
    address, names = SECRETS[endpoint]
    for headers in ({}, {"HX-Request": "true"}):
        answer = browser.post(address, data=token | dict.fromkeys(names, "canary of a secret"), headers=headers)
        assert answer.status_code in {303, 401} and "unsent" not in str(answer.headers)
    session.rollback()
    assert session.scalars(select(UnsentForm)).all() == []
    browser.post("/staff/applications/CPV-2222-2222/note", data=token | {"text": "kept"})  # so that the above can fail
    session.rollback()
    assert len(session.scalars(select(UnsentForm)).all()) == 1


def test_nothing_that_is_typed_passes_for_a_pages_own_field() -> None:
    wrong = {
        (kind.__name__, name)
        for kind, name, field in fields()
        if is_technical(name) and not issubclass(field.field_class, HiddenField)
    }
    assert wrong == {VERSION, WORDING}
