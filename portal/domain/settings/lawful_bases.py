"""What is held about people, on what lawful basis, under which condition, and for how long.

The privacy notice shows this table and nothing else decides it. Bases and conditions name the UK
GDPR and the Data Protection Act 2018. Periods are examples, to be confirmed against the force's
own records policy.
"""

from __future__ import annotations

from dataclasses import dataclass

TASK = "Public task: Article 6(1)(e)"
NO_CONDITION = "None needed: this is not special category data"


@dataclass(frozen=True)
class Category:
    name: str
    what: str
    why: str
    basis: str
    condition: str
    seen_by: str
    kept: str


CATEGORIES = (
    Category(
        "Contact and identity",
        "Name, date of birth, e-mail, telephone, address",
        "To know who applies and to write to you",
        TASK,
        NO_CONDITION,
        "Recruiters, and the liaison officer of your division",
        "12 months after your application ends",
    ),
    Category(
        "Your answers",
        "Availability, strands, why you apply, what you do for a living",
        "To choose fairly, against published criteria",
        TASK,
        NO_CONDITION,
        "Recruiters. Two assessors read your reasons without seeing whose they are",
        "12 months after your application ends",
    ),
    Category(
        "Health",
        "Medical certificate, fitness evidence, what you need us to do differently",
        "To keep you and others safe, and to make adjustments",
        TASK,
        "Article 9(2)(b), with paragraph 1 of Schedule 1 to the 2018 Act (employment and similar)",
        "Medical reviewers only. Recruiters see fit, not yet, or adjustments. Assessors see nothing",
        "6 months after your application ends",
    ),
    Category(
        "Criminal records",
        "What you declare for vetting, and its outcome",
        "Nobody may serve without vetting",
        TASK,
        "Article 10, with paragraph 10 of Schedule 1 to the 2018 Act (preventing unlawful acts)",
        "Vetting officers. Others see whether vetting is complete",
        "12 months after your application ends",
    ),
    Category(
        "Equality answers",
        "Only what you choose to tell us",
        "To see whether we choose fairly",
        TASK,
        "Article 9(2)(g), with paragraph 8 of Schedule 1 to the 2018 Act (equality of opportunity)",
        "Nobody beside your name: only counts, and none under 10",
        "As counts only",
    ),
    Category(
        "Other people",
        "Parents or guardians, referees, emergency contacts",
        "To ask for consent or a reference, or to reach somebody for you",
        TASK,
        NO_CONDITION,
        "Recruiters, and for emergency contacts your trainer",
        "As long as your own details",
    ),
    Category(
        "Messages",
        "What you and we write to each other about your application, and whether our mail reached you",
        "To answer you, and to know that you heard from us",
        TASK,
        NO_CONDITION,
        "Recruiters, and the liaison officer of your division. Not those who score",
        "As long as your application",
    ),
    Category(
        "Reminders",
        "That your application is begun and not sent, and whether you asked for no reminders",
        "So that nobody misses the closing date. Each one has a link that stops them",
        TASK,
        NO_CONDITION,
        "Nobody: the service sends them by itself",
        "As long as your application. That you want none: until you ask again",
    ),
    Category(
        "Interest in a role",
        "Your e-mail address, the role, and your district if you choose it",
        "To tell you when we next take applications for it",
        "Consent: Article 6(1)(a). Each mail has a link that takes it back",
        NO_CONDITION,
        "Nobody: the service writes to you by itself",
        "Two years, or until you take it back. If you never confirm, 30 days",
    ),
    Category(
        "Record of use",
        "Who opened or changed what, and when",
        "To show that your details are handled properly",
        TASK,
        NO_CONDITION,
        "Auditors",
        "6 years",
    ),
)


@dataclass(frozen=True)
class Cookie:
    name: str
    purpose: str
    lasts: str


COOKIES = (
    Cookie("applicant_session", "Keeps you signed in while you apply, from when you sign in.", "a day at most"),
    Cookie("staff_session", "Keeps staff signed in, on staff pages only.", "a shift at most"),
    Cookie("cookie_choice", "Remembers the choice you make on this page.", "a year"),
)
