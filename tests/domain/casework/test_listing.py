"""The list's queries against a plain reading of the same rows: every filter, every order, every page, either way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.accounts.rules import Permission, Scope
from portal.domain.applications import search
from portal.domain.applications.models import Application, Conflict, Relation, RequirementState, State
from portal.domain.applications.queries import in_scope
from portal.domain.applications.stages import STAGE_OF, STATES, ListStage
from portal.domain.campaigns.models import Assessor, RequirementKind
from portal.domain.campaigns.questions import seed_questions
from portal.domain.casework import listing, turning
from portal.domain.casework.listing import Choices, Flag, Narrowed, Page, Place, Sort, Still
from portal.domain.paging import FEW
from portal.extensions import db
from tests.support.bulk import load_applications
from tests.support.casework import statements, west_division
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.marking import mark_applications
from tests.support.people import a_staff_member
from tests.support.reading import Known, Looker, in_order, matches, read_all
from tests.support.standing import an_app

MANY = 1_300  # so that some filters leave more than FEW, and some fewer
P = Permission


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Many applications and who decides on them, made once: what a test changes, it takes back."""
    with an_app(request.param, tmp_path_factory.mktemp("listing")):
        session = db.session()
        the_pilot(session)
        seed_questions(session)
        a_campaign(session)
        a_campaign(session)
        person = a_staff_member(session, Role.RECRUITER)
        load_applications(session, MANY, decider=person.id)
        mark_applications(session, person.id)
        newest = max(one.row.state_since for one in read_all(session))
        clock.use_offset(newest - clock.wall() - timedelta(days=20))  # a few weeks in: some still long, some late
        yield session


@pytest.fixture
def officer(session: Session) -> Iterator[StaffMember]:
    yield session.scalars(select(StaffMember)).one()
    session.rollback()


@pytest.fixture
def found(session: Session, officer: StaffMember) -> Choices:
    return listing.choices(session, Looker(officer.id), P.SEE_APPLICATIONS)


def walked(session: Session, wanted: Narrowed, stage: ListStage | None, sort: Sort) -> list[list[int]]:
    """Every page to the end."""
    page = listing.page(session, wanted, stage, sort)
    pages = [[row.id for row in page.rows]]
    while page.next:
        page = listing.page(session, wanted, stage, sort, following=page.next)
        pages.append([row.id for row in page.rows])
    return pages


def flat(pages: list[list[int]]) -> list[int]:
    return [each for page in pages for each in page]


def some(random: Random, options: Sequence[Any], share: float = 0.25) -> list[Any]:
    return random.sample(list(options), min(len(options), random.randrange(1, 3))) if random.random() < share else []


def any_wanted(session: Session, random: Random, found: Choices) -> tuple[Narrowed, ListStage | None, Sort]:
    """Some of the filters there are, chosen at random."""
    states = [*RequirementState, "late"]
    requirement = [(random.choice(list(RequirementKind)), random.choice(states)) for _ in range(2)]
    low = random.choice([None, None, None, random.randrange(4500)])
    high = random.choice([None, None, None, random.randrange(4500)])
    wanted = listing.narrow(
        found,
        some(random, found.campaigns),
        some(random, found.districts),
        search.typed(session, random.choice(["", "", "", "a", "amy ash", "me1", "ford", "%"])),
        requirements=some(random, requirement),
        strands=some(random, found.strands),
        score_from=low,
        score_to=high,
        still=random.choice([None, None, None, *Still]),
        owners=some(random, [None, *found.owners]),
        flags=some(random, list(Flag)),
        tags=some(random, found.tags),
    )
    return wanted, random.choice([None, *ListStage]), random.choice(list(Sort))


def expected(known: list[Known], wanted: Narrowed, stage: ListStage | None, sort: Sort) -> list[int]:
    return in_order([one for one in known if matches(one, wanted, stage)], sort)


def agrees(session: Session, known: list[Known], wanted: Narrowed, stage: ListStage | None, sort: Sort) -> int:
    """Pages both ways, the ids for bulk acts, and the counts: all as the plain reading has them."""
    right, told = expected(known, wanted, stage, sort), (wanted, stage, sort)
    assert flat(walked(session, wanted, stage, sort)) == right, told
    assert sorted(session.scalars(listing.matching(wanted, stage))) == sorted(right), told
    counts = listing.every_count(session, wanted)
    assert counts.complete
    for each, number in counts.stages.items():
        assert number == min(len(expected(known, wanted, each, sort)), FEW + 1), (told, each)
    return len(right)


def test_any_filters_in_any_order_find_what_a_plain_reading_finds(
    session: Session, found: Choices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the page is come by: tasted, walked or gathered."""
    known, random, sizes = read_all(session), Random(5), []
    for taste, common in ((100, 2), (5, 0), (5, 1_000)):
        monkeypatch.setattr(turning, "TASTE", taste)
        monkeypatch.setattr(turning, "COMMON", common)
        for _ in range(40):
            sizes.append(agrees(session, known, *any_wanted(session, random, found)))
    assert sum(size > 0 for size in sizes) > 40
    assert max(sizes) > 300


@pytest.mark.parametrize("sort", list(Sort))
def test_each_filter_alone_in_each_order(session: Session, found: Choices, sort: Sort) -> None:
    known = read_all(session)
    alone: list[dict[str, Any]] = [
        {"requirements": [(RequirementKind.MEDICAL, RequirementState.WITH_US)]},
        {"requirements": [(RequirementKind.FITNESS, "late"), (RequirementKind.MEDICAL, "late")]},
        {"strands": found.strands[:1]},
        {"score_from": 2_000, "score_to": 3_000},
        {"owners": [None]},
        {"owners": [*found.owners]},
        {"owners": [None, *found.owners]},
        {"tags": found.tags[:2]},
        {"typed": search.typed(session, "ash")},
        *({"still": still} for still in Still),
        *({"flags": [flag]} for flag in Flag),
        {"flags": list(Flag)},
    ]
    for given in alone:
        assert agrees(session, known, listing.narrow(found, **given), None, sort) > 0, given


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("typed", ["", "a"])
def test_pages_lead_to_the_end_and_back_past_each_row_once(
    session: Session, found: Choices, sort: Sort, typed: str
) -> None:
    known = read_all(session)
    wanted = listing.narrow(found, found.campaigns[:2], typed=search.typed(session, typed))
    right = expected(known, wanted, None, sort)
    there = walked(session, wanted, None, sort)
    assert flat(there) == right
    page = listing.page(session, wanted, None, sort)
    assert page.previous is None
    while page.next:
        page = listing.page(session, wanted, None, sort, following=page.next)
    back = [[row.id for row in page.rows]]
    while page.previous:
        page = listing.page(session, wanted, None, sort, preceding=page.previous)
        back.append([row.id for row in page.rows])
    assert back[::-1] == there
    assert len(there) >= 4


@pytest.fixture
def kept_from_some(session: Session, officer: StaffMember) -> Iterator[tuple[list[Application], int]]:
    """The officer has applied, knows ten people, and reads one campaign blind: the sent ones, and that one."""
    rows = list(session.scalars(select(Application).where(Application.state != State.DRAFT).limit(40)))
    blind, over, off = sorted({row.campaign_id for row in session.scalars(select(Application))})
    now = clock.now()
    with unit_of_work(session):
        own = session.get_one(Application, rows[0].id).applicant
        was, own.email = own.email, session.get_one(StaffMember, officer.id).email
        session.execute(
            insert(Conflict),
            [{"staff_id": officer.id, "application_id": row.id, "relation": Relation.FRIEND, "declared_at": now}
             for row in rows[5:15]],
        )  # fmt: skip
        session.add_all(
            [
                Assessor(staff_id=officer.id, campaign_id=blind, added_at=now),
                Assessor(staff_id=officer.id, campaign_id=over, added_at=now, finished_at=now),
                Assessor(staff_id=officer.id, campaign_id=off, added_at=now, ended_at=now),
            ]
        )
    yield rows, blind
    session.rollback()
    with unit_of_work(session):
        own.email = was
        session.execute(delete(Conflict).where(Conflict.staff_id == officer.id))
        session.execute(delete(Assessor))


def test_what_somebody_is_kept_from_is_nowhere(
    session: Session, officer: StaffMember, kept_from_some: tuple[list[Application], int]
) -> None:
    """Conflicts, campaigns read blind and one's own application; the same rows as everywhere else on the site."""
    rows, blind = kept_from_some
    viewer = Looker(officer.id)
    choices = listing.choices(session, viewer, P.SEE_APPLICATIONS)
    assert choices.kept.campaigns == (blind,)
    assert set(choices.kept.applications) == {rows[0].id, *(row.id for row in rows[5:15])}
    everywhere = set(session.scalars(in_scope(select(Application.id), viewer, P.SEE_APPLICATIONS)))
    known = read_all(session)
    sent = {one.row.id for one in known if one.row.state is not State.DRAFT}
    for typed in ("", "a"):
        wanted = listing.narrow(choices, typed=search.typed(session, typed))
        for sort in Sort:
            agrees(session, known, wanted, None, sort)
            shown = set(flat(walked(session, wanted, None, sort)))
            assert shown
            assert shown <= everywhere
    assert set(session.scalars(listing.matching(listing.narrow(choices), None))) == everywhere & sent
    read_blind = [option for option in choices.campaigns if option.id == blind]
    assert read_blind
    assert agrees(session, known, listing.narrow(choices, read_blind), None, Sort.NEWEST) == 0
    one_open = listing.narrow(choices, choices.campaigns)
    assert set(session.scalars(listing.matching(one_open, None))) == everywhere & sent
    west = Looker(officer.id, Scope(divisions=frozenset({west_division(session)})))
    in_west = listing.narrow(listing.choices(session, west, P.SEE_APPLICATIONS))
    assert agrees(session, known, in_west, None, Sort.NEWEST) > 0
    assert set(session.scalars(listing.matching(in_west, None))) < everywhere


def test_a_division_reaches_its_own_districts(session: Session, officer: StaffMember) -> None:
    known = read_all(session)
    west = Looker(officer.id, Scope(divisions=frozenset({west_division(session)})))
    choices = listing.choices(session, west, P.SEE_APPLICATIONS)
    assert 0 < len(choices.districts) < 13
    for typed, stage in (("", None), ("", ListStage.SIFT), ("amy", None)):
        wanted = listing.narrow(choices, typed=search.typed(session, typed))
        assert agrees(session, known, wanted, stage, Sort.NEWEST) > 0
    nowhere = listing.choices(session, Looker(officer.id, Scope()), P.SEE_APPLICATIONS)
    assert (nowhere.campaigns, nowhere.districts) == ((), ())
    assert listing.page(session, listing.narrow(nowhere), None).rows == []


def test_that_something_is_to_be_done_differently_shows_only_to_those_who_may_read_it(
    session: Session, officer: StaffMember
) -> None:
    liaison = Looker(officer.id, blind_to=frozenset({P.SEE_ADJUSTMENTS}))
    choices = listing.choices(session, liaison, P.SEE_APPLICATIONS)
    assert set(choices.flags) == set(Flag) - {Flag.ADJUSTMENT}
    assert listing.narrow(choices, flags=[Flag.ADJUSTMENT, Flag.UNREAD]).flags == (Flag.UNREAD,)


def test_the_same_statements_for_one_row_and_for_many(session: Session, found: Choices) -> None:
    one = session.scalars(select(Application.reference).where(Application.state == State.SUBMITTED)).first()
    for sort in Sort:
        for few, many, most in (
            ({"typed": search.typed(session, one or "")}, {"typed": search.typed(session, "a")}, 2),
            ({"tags": found.tags[:1], "score_from": 4_400}, {"owners": [None]}, 2),
            ({"campaigns": found.campaigns[:1], "districts": found.districts[:1]}, {}, 1),
        ):
            sent = []
            for given in (few, many):
                with statements() as seen:
                    page = listing.page(session, listing.narrow(found, **given), None, sort)
                assert page.rows
                sent.append(len(seen))
            assert sent == [most, most]
    with statements() as seen:
        listing.choices(session, Looker(1), P.SEE_APPLICATIONS)
    assert len(seen) == 1


def test_counts_beside_a_page(session: Session, found: Choices) -> None:
    """At once where indexes hold what is asked or the page is all there is; else they are filled in afterwards."""
    known = read_all(session)

    def right(wanted: Narrowed, stage: ListStage | None) -> int:
        return min(len(expected(known, wanted, stage, Sort.NEWEST)), FEW + 1)

    for given, stage, counted in (
        ({}, None, {None}),
        ({}, ListStage.OFFER, {None, ListStage.OFFER}),
        ({"districts": found.districts[:1]}, None, {None, *ListStage}),
        ({"typed": search.typed(session, "a")}, None, set()),
        ({"typed": search.typed(session, "amy ashton")}, None, {None, *ListStage}),
        ({"typed": search.typed(session, "amy ashton")}, ListStage.SIFT, {ListStage.SIFT}),
        ({"typed": search.typed(session, "%")}, None, {None, *ListStage}),
    ):
        wanted = listing.narrow(found, **given)
        page = listing.page(session, wanted, stage)
        with statements() as seen:
            counts = listing.counts(session, wanted, stage, page)
        assert counts.stages == {each: right(wanted, each) for each in counted}
        assert counts.complete is (len(counted) > len(ListStage))
        assert len(seen) == (0 if not wanted.plain else 2 if counts.complete else 1)


def test_what_a_row_shows(session: Session, found: Choices) -> None:
    known = {one.row.id: one for one in read_all(session)}
    for row in listing.page(session, listing.narrow(found, owners=found.owners), None, Sort.SCORE).rows:
        one = known[row.id]
        assert row.owner == "Robin Officer"
        assert (row.score, row.next_contact_on, row.reference) == (
            one.row.score, one.row.next_contact_on, one.row.reference,
        )  # fmt: skip
        assert (row.decision is not None) is (Flag.DECISION in one.flags)
        marks = dict(pair.split(":") for pair in row.marks.split())
        assert set(marks) == {kind.value for kind, _ in one.requirements}
        assert {kind for kind, mark in marks.items() if mark == "late"} == {
            kind.value for kind, state in one.requirements if state == "late"
        }


@pytest.mark.parametrize(
    "text", ["", "x", "1", "1-", "--1", "1-x", "1-2-3", "9" * 30 + "-1", "²-1", "1-" + "9" * 12, "None-1", "1 -1"]
)
def test_a_place_that_is_none(text: str) -> None:
    assert Place.parse(text) is None


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("place", [Place(0, 1), Place(10**17 - 1, 999_999_999), Place(None, 3)])
def test_a_place_comes_back_as_it_was_and_any_is_only_a_place(
    session: Session, found: Choices, sort: Sort, place: Place
) -> None:
    assert Place.parse(str(place)) == place
    for given in ({}, {"typed": search.typed(session, "a")}):
        wanted = listing.narrow(found, **given)
        for way in ({"following": place}, {"preceding": place}):
            assert isinstance(listing.page(session, wanted, None, sort, **way), Page)


def test_every_state_but_draft_has_one_stage() -> None:
    assert set(STAGE_OF) == set(State) - {State.DRAFT}
    assert sum(len(states) for states in STATES.values()) == len(STAGE_OF)
