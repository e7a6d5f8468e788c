"""Why somebody wants to volunteer: sentences that fit together, so that no two people say the same."""

from __future__ import annotations

from random import Random

OPENINGS = (  # and between which ages somebody says so
    ("I have lived in {town} for eleven years and I know most of my street by name.", 18, 99),
    ("My family moved to {town} when I was nine, and I would like to give something back.", 18, 99),
    ("I walk the same route through {town} every morning and people stop me to talk.", 18, 99),
    ("I work shifts, so I see {town} at hours when most people are asleep.", 18, 62),
    ("I have just retired and {town} is where I want to spend my time.", 59, 99),
    ("I grew up in {town}, left, and came back because I missed it.", 24, 99),
    ("I only moved to {town} last spring, and helping out is how I get to know a place.", 18, 99),
    ("My children go to school in {town} and I am at the gate twice a day.", 27, 52),
    ("I run a small shop in {town} and hear what people worry about.", 23, 68),
    ("I have coached a football side in {town} for six seasons.", 26, 70),
)
EXAMPLES = (
    "Last winter three sheds were broken into near us. I knocked on every door, and we set up a phone list "
    "that still works.",
    "A neighbour with dementia was found at the bus stop in her slippers. I sat with her until her daughter came, "
    "and we made a plan together.",
    "When the river came up I helped move older people's furniture upstairs, and learned who lives alone.",
    "I help at the food bank on Thursdays. Most of it is listening without hurrying anybody.",
    "Two lads were racing mopeds past the school. I went to talk to them, and we found them somewhere else to ride.",
    "I sorted out a row over parking that had gone on for a year, by getting both sides to walk the road with me.",
    "At the summer fair I looked after lost children, and two of them did not want to leave.",
    "After somebody in our block was tricked out of her savings I put up a notice and went round with it.",
    "I did first aid when a cyclist came off on the hill, kept people back and gave the ambulance a clear road.",
    "As a steward at a night market I learned to stay calm when somebody is shouting a foot away from me.",
    "I teach people to use their phones at the library, and half the time goes on messages "
    "that are not what they seem.",
    "I once had to tell a friend that what he had done was wrong. It was hard, and he thanked me a year later.",
)
WISHES = (
    "I would like to be somebody people recognise before they need help.",
    "I want to do this properly, with training, rather than just meaning well.",
    "A uniform is not what draws me. Being useful and trusted is.",
    "I think police and public should know each other's names.",
    "I have thought about this for two years, and now my job leaves me the weekends.",
    "I am patient, I turn up, and I write things down.",
    "I know I have a lot to learn about the law, and I am looking forward to that.",
    "I would be glad to do the dull jobs as well: standing at a cordon in the rain is fine.",
)
DOUBTS = (
    "I am not the fastest runner, but I have started training for the fitness test.",
    "I am shy at first. Give me ten minutes and I am not.",
    "English is my third language. I can also speak with people who have none of it.",
    "I have not had much to do with the police, which may be a reason to ask me.",
    "My partner does the same hours, so we have already talked about who is home when.",
    "",
    "",
)


def why(chance: Random, town: str, age: int) -> str:
    """Three to five sentences somebody of this age might have written."""
    openings = [words for words, youngest, oldest in OPENINGS if youngest <= age <= oldest]
    parts = [chance.choice(openings).format(town=town), *chance.sample(EXAMPLES, chance.choice((1, 1, 2)))]
    parts += [chance.choice(WISHES), chance.choice(DOUBTS)]
    return " ".join(part for part in parts if part)
