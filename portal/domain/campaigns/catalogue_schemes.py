"""The kinds of volunteering an installation starts with, as data. Editable once seeded.

Marks such as [000] name the public source of a fact: 000 the January 2018 notice, 001 a November
2018 report, 002 the Commissioner's January 2020 statement, 004 the August 2024 procedure. A fact
that has a date is shown from that date on, so that no page knows the future.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class StrandRow:
    slug: str
    name: str
    summary: str


@dataclass(frozen=True)
class Content:
    """What a scheme's page says.

    `figures`: facts, each shown from a day (ISO) on. `next_step`: where nobody applies here. `start`: the road's end.
    """

    tasks: str
    suits: tuple[str, ...]
    asks: tuple[str, ...]
    gives: tuple[str, ...]
    powers: tuple[str, ...] = ()
    powers_note: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    next_step: str = ""
    start: str = "Your first day"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class SchemeRow:
    slug: str
    code: str
    name: str
    plural: str
    summary: str
    commitment: str
    min_age: int
    art: str
    content: Content
    max_age: int | None = None
    hours_a_month: int | None = None
    applies_here: bool = True
    strands: tuple[StrandRow, ...] = ()


CPV = SchemeRow(
    slug="community-policing-volunteer",
    code="CPV",
    name="Community Policing Volunteer",
    plural="Community Policing Volunteers",
    summary="Walk your own patch in uniform, be a familiar face, and help with small problems before they grow.",
    commitment="16 hours a month",  # [000]
    min_age=18,  # [000]
    hours_a_month=16,  # [000]
    art="lane",
    content=Content(
        tasks="You walk the streets you know, listen, and follow up. One evening it may be parking outside a school; "
        "the next, a talk with a shop that has had things stolen, or calm words where young people have nowhere to go. "
        "A colleague is always within call.",
        suits=(
            "You like talking to people, and listening to them more.",
            "You can stay calm when somebody else is not.",
            "You can give 16 hours in most months: evenings, weekends or a quiet weekday.",
            "You are willing to learn something new over five weekends.",
        ),
        asks=("An interview", "A fitness test", "A medical certificate before training", "Vetting"),  # [000]
        gives=("A uniform", "Ten days of training", "Your expenses paid"),  # uniform [000]
        start="First patrol",
        powers=(  # [000]
            "Ask for a name and address over anti-social behaviour",
            "Direct traffic, within limits",
            "Put out traffic signs",
            "Enter a building to save a life or prevent serious damage",
        ),
        powers_note="Powers are given in writing, one by one, and never before your training and vetting are complete. "
        "They come from the Policing and Crime Act 2017.",
        figures=(
            ("2018-01-09", "The force hopes for about 300 of these volunteers across the county."),  # [001]
            ("2018-11-15", "Five were on duty in the Maidstone area by November 2018."),  # [001]
            ("2020-01-30", "There were 86 by January 2020, with over 300 hoped for by the end of that year."),  # [002]
        ),
    ),
    strands=(  # [001]
        StrandRow("horseback-patrol", "On horseback", "Quiet lanes and farmland, on your own horse."),
        StrandRow("dog-walking", "With your dog", "See more and chat more, on the walk you do anyway."),
        StrandRow(
            "mental-health", "Mental health investigation support", "Help officers find out what happened, with care."
        ),
        StrandRow("restorative-justice", "Restorative justice", "Bring people together to put harm right."),
        StrandRow("cybercrime", "Cybercrime", "Help people and small firms to stay safe online."),
    ),
)

SPECIAL = SchemeRow(
    slug="special-constable",
    code="SC",
    name="Special Constable",
    plural="Special Constables",
    summary="Be a police officer in your spare time, with full training and the powers of the regulars beside you.",
    commitment="Evenings and weekends",
    min_age=18,  # [002]
    art="special",
    content=Content(
        tasks="You go out on patrol beside regular officers: to calls, to town centres on a Saturday night, to "
        "football grounds and village fairs. No two shifts are alike.",
        suits=(
            "You want to do the whole job, not part of it.",
            "You can take charge when you have to.",
            "You can keep up regular shifts for some years.",
        ),
        asks=("An interview", "A fitness test", "A medical certificate before training", "Vetting"),
        gives=("A uniform and equipment", "Full training", "Your expenses paid"),
        start="First patrol",
        powers=("The powers of a police constable, on and off duty",),
        powers_note="You are sworn in when your training and vetting are complete.",
        figures=(
            ("2020-01-30", "Over 270 people serve as Special Constables."),  # [002]
            ("2020-01-30", "Together they gave 92,677 hours in 2018/19."),  # [002]
        ),
    ),
)

SUPPORT = SchemeRow(
    slug="police-support-volunteer",
    code="PSV",
    name="Police Support Volunteer",
    plural="Police Support Volunteers",
    summary="Lend your skills behind the scenes: at a front counter, on the phone to victims, or with records.",
    commitment="A few hours a week, mostly by day",
    min_age=18,  # [004]; no upper limit
    art="desk",
    content=Content(
        tasks="You take on a task that lets officers and staff do theirs. It may be a front counter, calls to people "
        "who have reported a crime, or putting records in order. You add to paid staff; you never replace them.",
        suits=(
            "You have a skill you would like to go on using.",
            "You like being one of a team.",
            "Age is no bar: there is no upper limit.",
        ),
        asks=("An interview", "Vetting before you are appointed", "An induction"),  # [004]
        gives=("A named supervisor", "An induction and training for the task", "Your expenses paid"),
        figures=(("2020-01-30", "167 people gave over 19,000 hours in 2018/19."),),  # [002]
    ),
)

CADET = SchemeRow(
    slug="volunteer-police-cadet",
    code="VPC",
    name="Volunteer Police Cadet",
    plural="Volunteer Police Cadets",
    summary="A weekly evening of skills, friends and real responsibility, for people aged 13 to 17.",
    commitment="One evening a week",  # [002]
    min_age=13,  # [002]
    max_age=17,  # [002]
    art="cadets",
    content=Content(
        tasks="You meet once a week, learn how policing works, and help at events near home. The first 15 weeks are "
        "training; then you wear the uniform. Three of those weeks are about policing in the county.",  # [002]
        suits=(
            "You are 13 to 17 and live in the county.",
            "You would like to do something that matters, with people your age.",
            "You do not need to want to be a police officer.",
        ),
        asks=("A yes from a parent or guardian", "One evening a week"),
        gives=("A uniform after 15 weeks", "Help from a hardship fund if the subs are hard to find"),  # [002]
        figures=(
            ("2020-01-30", "Subs are about £10 a month."),  # [002]
            ("2020-01-30", "About 350 young people are cadets, and over 400 are waiting for a place."),  # [002]
        ),
    ),
)

LEADER = SchemeRow(
    slug="cadet-leader",
    code="CL",
    name="Cadet Leader",
    plural="Cadet Leaders",
    summary="Lead a weekly evening for young people, and watch them grow into it.",
    commitment="One evening a week",
    min_age=18,  # [002]
    art="register",
    content=Content(
        tasks="You plan and run the weekly meeting with other leaders, and go along when cadets help at an event. "
        "Cadets who turn 18 often stay on as leaders. You need not have been one.",
        suits=(
            "You enjoy the company of teenagers.",
            "You turn up, week after week.",
            "You can share something you know.",
        ),
        asks=("An interview", "Vetting"),
        gives=("Training in keeping young people safe", "A uniform", "Your expenses paid"),
    ),
)

JUNIOR = SchemeRow(
    slug="junior-and-mini-cadets",
    code="JC",
    name="Junior and Mini Cadets",
    plural="Junior and Mini Cadets",
    summary="About nine weeks of learning to keep safe and to help others, in school.",
    commitment="About nine weeks, in school",  # [002]
    min_age=8,  # [002]
    max_age=13,  # [002]
    art="cadets",
    applies_here=False,
    content=Content(
        tasks="Mini Cadets are 8 to 10, Junior Cadets 10 to 13. They meet at school for about nine weeks.",  # [002]
        suits=("Your school takes part.",),
        asks=("A place through your school",),
        gives=("Nine weeks with friends from your own school",),
        next_step="Places come through schools. Ask yours whether it takes part.",
    ),
)

SPEEDWATCH = SchemeRow(
    slug="community-speedwatch",
    code="CSW",
    name="Community Speedwatch",
    plural="Community Speedwatch volunteers",
    summary="Measure speeds at the roadside in your own village or street, as one of a small team.",
    commitment="Short sessions, when your team meets",
    min_age=18,
    art="roadside",
    content=Content(
        tasks="You stand at an approved place in a team, in high-visibility jackets, and note how fast vehicles go. "
        "Drivers who go too fast get a letter.",
        suits=("Speeding worries you and your neighbours.", "You can stand by the road for an hour or so."),
        asks=("Training before your first session",),  # [002]
        gives=("Training", "The equipment for a session"),
        figures=(("2020-01-30", "There are 800 approved sites in the county."),),  # [002]
    ),
)

CUSTODY = SchemeRow(
    slug="independent-custody-visitor",
    code="ICV",
    name="Independent Custody Visitor",
    plural="Independent Custody Visitors",
    summary="Visit police custody without warning, in pairs, and check that people there are treated fairly.",
    commitment="3 to 5 hours a month",  # [002]
    min_age=18,
    art="desk",
    applies_here=False,
    content=Content(
        tasks="You arrive unannounced with another visitor, speak to people in custody, and report what you find. At "
        "least one visit a year falls between 10pm and 6am. There are two to four panel meetings a year.",  # [002]
        suits=("You can be fair to everybody in the room.", "You are independent of the police."),
        asks=("Training",),  # [002]
        gives=("Training", "Your expenses paid"),
        next_step="This scheme belongs to the Police and Crime Commissioner and not to the force. "
        "The Commissioner's office takes applications.",
    ),
)

ADVISORY = SchemeRow(
    slug="advisory-group-member",
    code="AG",
    name="Advisory Group member",
    plural="Advisory Group members",
    summary="Tell the force how its work looks from where you live.",
    commitment="Meetings through the year",
    min_age=18,
    art="desk",
    applies_here=False,
    content=Content(
        tasks="Groups meet for the county and for each district. Members say what they see and hear, and question "
        "plans before they are settled.",  # county and district groups [002]
        suits=("You know a part of the community well.", "You can disagree politely."),
        asks=("An invitation",),
        gives=("A say before decisions are made",),
        next_step="Members join by invitation.",
    ),
)

ACADEMY = SchemeRow(
    slug="citizens-academy",
    code="CA",
    name="Citizens Academy",
    plural="Citizens Academy",
    summary="A public course of nine modules that shows how policing works from the inside.",  # [002]
    commitment="Nine modules",  # [002]
    min_age=18,
    art="training",
    content=Content(
        tasks="Each module shows one part of the work, with the people who do it. It is a course and not a role: you "
        "may come out of plain curiosity.",
        suits=("You are curious.", "You are wondering which role might suit you."),
        asks=("Nothing but your time",),
        gives=("A look behind the counter, nine times over",),
    ),
)

PARTNER = SchemeRow(
    slug="partner-member",
    code="PM",
    name="Search and rescue or 4x4 partner",
    plural="Search and rescue and 4x4 partners",
    summary="Already in a search and rescue or 4x4 response team? Serve beside the police with your own team.",
    commitment="On call",
    min_age=18,
    art="horse",
    applies_here=False,
    content=Content(
        tasks="Your team is called out when somebody is missing, or when snow and floods close the roads.",
        suits=("You belong to a partner team.",),
        asks=("Membership of a partner team", "Vetting"),
        gives=("Work beside the police, with the team you know",),
        powers=("Direct traffic, for members of 4x4 response",),  # from 2017 [002]
        powers_note="Only for those to whom the power has been given in writing.",
        figures=(("2020-01-30", "Members of partner teams have begun to join as volunteers."),),  # [002]
        next_step="Your team asks for you. Speak to its organiser.",
    ),
)

SCHEMES = (
    CPV, SPECIAL, SUPPORT, CADET, LEADER, SPEEDWATCH, ACADEMY, CUSTODY, ADVISORY, JUNIOR, PARTNER,
)  # fmt: skip
