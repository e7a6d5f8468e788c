"""What made-up people tell in answer to the standard questions: pieces that fit together, no two answers the same."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from portal.domain.applications.sections import Value
from portal.domain.campaigns.models import RequirementKind
from portal.domain.campaigns.standard import STANDARD_QUESTIONS

# question → what happened, what they did, what came of it. {town} is where they live, {given} what they are called.
PEOPLE = (
    (
        "Eleven of us run the repair café, and by spring only four were turning up.",
        "At work we were told to move the whole stockroom in a weekend, and two people were not speaking.",
        "Our choir lost its hall a week before the summer concert.",
        "I was the newest on a night crew of six, and the only one who had not been there for years.",
        "Our allotment society had a hundred and forty plots and one broken pump.",
        "When the school crossing had nobody, five parents said yes and none said when.",
        "I share the desk at the library with a man who plans everything and a woman who plans nothing.",
        "In the second team everybody wanted to bat and nobody wanted to make the tea.",
    ),
    (
        "I made a rota people could swap on without asking anybody, and took the worst two slots myself first.",
        "I asked each of them alone what would make it worth coming, and wrote it on one sheet for all of us.",
        "I did not have the loudest voice, so I wrote down what was agreed and read it out at the end.",
        "I paired the people who knew the job with those who did not, and swapped the pairs every hour.",
        "I rang the two who had stopped coming. One was ill. The other thought nobody had noticed.",
        "I asked the one who kept saying it would not work to show us how it would.",
        "I said out loud that I did not know how to do my part, and after that others said so too.",
    ),
    (
        "Nine of the eleven are still there, and it no longer needs me.",
        "We finished at four on the Sunday. The two who were not speaking carried the last shelf together.",
        "It was not perfect: I forgot that one of us cannot read small print, and had to do it again.",
        "The part I am proud of is that the quiet ones now have a turn.",
        "“{given} makes the rota work,” somebody said, which is not a song, but I liked it.",
        "Next time I would ask earlier. I waited until I was annoyed, and it showed.",
    ),
)
COMMUNITY = (
    (
        "Cars used the lane behind our flats as a short cut, and a pushchair was nearly hit.",
        "Three houses in our road in {town} had parcels taken in one week.",
        "The bus shelter was where the arguments happened, every Friday, at about ten.",
        "An old man at the end of the terrace had stopped answering his door.",
        "Our road floods at the bottom, and for two winters nobody would say whose drain it was.",
        "Somebody went round {town} selling roof repairs that nobody needed.",
        "The skate ramp and the bowling green share a fence, and for a whole summer they shared a quarrel.",
        "When the chemist closed, a lot of people had no way to their prescriptions.",
    ),
    (
        "I knocked on all thirty-one doors and put what people told me on one sheet, with the times.",
        "I stood there for an hour on three evenings and counted, because everybody was guessing.",
        "I asked the parish clerk, the landlord and two of the teenagers to come and look at it together.",
        "I sat with those who had been hit and helped them report it. Two had been too ashamed.",
        "I set up a list of eleven drivers and a phone that somebody always answers.",
        "I started with the people everybody was cross with. Nobody had asked them anything.",
        "I printed a plain notice, large, in three languages that are spoken in our street.",
    ),
    (
        "There is a bollard there now. It took nine months and four letters.",
        "It has not happened since, and the list is used for other things as well.",
        "I had left out the two families who rent, because I had no number for them. I went back and said sorry.",
        "Not everybody was pleased. But they know each other now, and they talk before they shout.",
        "Somebody else looks after it these days, which I think is the best part.",
        "It came back the next winter, so we meet every autumn and walk the road.",
    ),
)
CALM = (
    (
        "I work on a returns desk, and a man threw a kettle at the wall beside me.",
        "I told a father on the touchline to stop shouting at the referee, who was fourteen.",
        "A neighbour accused me, in front of my children, of reporting him to the council.",
        "On my bus a passenger would not get off, and would not stop filming me.",
        "I had to tell a family that their mother's room would not be ready that day.",
        "Somebody I was training told me in front of everybody that I did not know what I was doing.",
        "A driver got out at the lights because I had not moved quickly enough.",
    ),
    (
        "I kept my hands where he could see them, spoke more slowly than I wanted to, and asked what had happened.",
        "I let him finish. It took four minutes. Then I said back to him what I had heard.",
        "I moved so that he had a way out, and asked somebody else to stand near and say nothing.",
        "I said what I could do and what I could not, and did the first thing at once.",
        "I was frightened. I looked at his shoulders rather than his face, and counted my breathing.",
        "I said that he was right about one thing, because he was.",
    ),
    (
        "He came back the next day to say sorry. Not everybody does, and that is all right.",
        "It ended with him sitting down. I wrote it all up that evening while I still had the words.",
        "I would do one thing differently: I answered too soon, and it cost us five minutes.",
        "Afterwards my knees shook and I told my manager so. We changed how the queue works.",
        "Nobody was hurt, nobody lost face, and the queue had kept moving.",
        "I learned that being right is not much use at that moment.",
    ),
)
TIME = (
    (
        "I work Monday to Thursday, so Fridays and every other weekend are free.",
        "My shifts come out six weeks ahead, and I can swap two of them a month.",
        "The children are with their father every second weekend, and my sister is ten minutes away.",
        "I have retired, and my diary has more white in it than I am used to.",
        "I study full time, and my timetable leaves the evenings and all of Sunday.",
        "I run my own small business: I can shut it for half a day without asking anybody.",
    ),
    (
        "I have given blood since I was eighteen and have missed two appointments.",
        "I have opened the village hall every Wednesday for six years, snow included.",
        "I have been learning the accordion for nine years without getting much better, and I still go.",
        "I have coached the under-tens for four seasons and missed one match, for a wedding.",
        "I kept a food bank shift every Thursday through two changes of job.",
        "I did my degree at night over seven years, with a baby in the middle of it.",
        "I have walked the same dog at six every morning since 2009. They have been three dogs, but you see.",
    ),
    (
        "The fourth training weekend is my mother's eightieth. I would make that one up.",
        "If work goes mad I will say so early, and not on the day.",
        "I have put the training dates in the family calendar already, in red.",
        "In August I am usually away for two weeks, and I would do more in September.",
        "When my father was ill I had to stop something once. I told them, and I went back.",
        "I would sooner promise sixteen hours and do them than promise thirty.",
    ),
)
PIECES = dict(zip((question.key for question in STANDARD_QUESTIONS), (PEOPLE, COMMUNITY, CALM, TIME), strict=True))


def asks_for_stories(kinds: Iterable[RequirementKind]) -> bool:
    """Whether a campaign of the demonstration asks the standard questions: those for people who go out on patrol."""
    return RequirementKind.FITNESS in kinds


def stories(chance: Random, town: str, given: str) -> dict[str, Value]:
    """An answer to each standard question, mostly full and sometimes thin: there is something to score."""
    return {key: _told(chance, pieces).format(town=town, given=given) for key, pieces in PIECES.items()}


def _told(chance: Random, pieces: tuple[tuple[str, ...], ...]) -> str:
    begins, does, ends = pieces
    parts = [chance.choice(begins), *chance.sample(does, chance.choice((0, 1, 1, 2))), chance.choice(ends)]
    paragraphs = [" ".join(parts[:-1]), parts[-1]] if len(parts) > 2 else [" ".join(parts)]
    return "\n\n".join(paragraphs)
