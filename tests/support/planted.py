# ruff: noqa: RUF001 - people write all sorts of letters
"""People whose applications give them away in every way there is: what they write, and what must not be found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from portal.domain.applications.sections import Value
from portal.domain.shortlisting.folding import squeezed

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
READABLE = "I will mark the date in May"
# Given names, family name, what they are called, street, town: common words, accents, particles, short and long.
PEOPLE = (
    ("Will Mark", "May", "Bill", "12 Mill Lane", "Maidstone"),
    ("Grace", "Young", "Gracie", "4 Station Road", "Deal"),
    ("Rose", "Hill", "Rosie", "31 Church Street", "Sandwich"),
    ("Mark", "Brown", "Marko", "7 Park Road", "Ash"),
    ("Hope", "Field", "Hopey", "2 The Green", "Wye"),
    ("April", "Cook", "Ape", "18 High Street", "Rye"),
    ("Bill", "Bond", "Billy", "9 New Road", "Battle"),
    ("Frank", "Long", "Frankie", "55 West Street", "Lydd"),
    ("Zoë", "Škvorecká", "Zee", "3 Pudding Lane", "Rusthall Common"),
    ("Siobhán", "O'Neill", "Shiv", "14 Quarry Hill Road", "Hadlow"),
    ("Ludwig", "van der Bergh", "Lutz", "6 Bargate Close", "Riverhead"),
    ("Anne-Marie", "Okafor-Hale", "Annie", "101 Larkfield Crescent", "Snodland"),
    ("José", "Peñalver", "Pepe", "8 Tovil Rise", "Staplehurst"),
    ("Jo", "Li", "Jojo", "19 Wateringbury Drive", "Headcorn"),
    ("Wojciech", "Łukaszewicz", "Wojtek", "23 Allington Way", "Yalding"),
    ("Margaret", "Featherstonehaugh", "Peggy", "1 Rose Cottage", "Lenham"),
    ("Christopher", "Blenkinsop", "Kit", "77 Postley Terrace", "Marden"),
    ("Elizabeth", "Thistlewood", "Betty", "40 Coxheath Gardens", "Harrietsham"),
    ("Muhammad", "Chaudhry", "Mo", "11 Upper Fant Road", "Aylesford"),
    ("Oluwaseun", "Adebayo", "Seun", "63 Bower Mount", "Borough Green"),
    ("Nguyễn", "Trần", "Nigel", "5 Buckland View", "Paddock Wood"),
    ("Björn", "Ångström", "Bear", "28 Sittingbourne Avenue", "Hildenborough"),
    ("Seán", "McAllister", "Mac", "2 Loose Yard", "East Malling"),
    ("Théodora", "Dupré-Lacroix", "Teddy", "37 Ightham Court", "Plaxtol"),
    ("Renée", "Sørensen", "Ren", "16 Offham Mews", "Shipbourne"),
    ("Alexander", "Quillfeather", "Sandy", "90 Barming Square", "Southborough"),
    ("Katarzyna", "Wiśniewska", "Kasia", "44 Teston Grove", "Cranbrook"),
    ("Demetrius", "Papadopoulos", "Jimmy", "21 Nettlestead Parade", "Goudhurst"),
    ("Fionnuala", "Macnamara", "Nuala", "33 Linton Walk", "Horsmonden"),
    ("Gwendolyn", "Pryce-Jones", "Wendy", "10 Hunton Court", "Lamberhurst"),
    ("Ignatius", "Vandersteen", "Iggy", "72 Boughton Lane", "Brenchley"),
    ("Xiùyīng", "Ouyang", "Susie", "13 Langley Rise", "Matfield"),
    ("Theophilus", "Winterbourne", "Theo", "58 Sutton Valence Road", "Pembury"),
    ("Philippa", "Marchbanks", "Pip", "24 Otham Close", "Penshurst"),
    ("Bartholomew", "Cholmondeley", "Barty", "15 Thurnham Way", "Edenbridge"),
    ("Rhiannon", "Llewellyn", "Rhi", "67 Hollingbourne Drive", "Westerham"),
    ("Ebenezer", "Scattergood", "Ebbie", "82 Detling Avenue", "Otford"),
    ("Clementine", "Abernathy", "Clem", "36 Bearsted Street", "Kemsing"),
    ("Zachariah", "Silverthorne", "Zach", "49 Leeds Gardens", "Crockenhill"),
    ("Persephone", "Dankworth", "Percy", "26 Ulcombe Terrace", "Hextable"),
)
OTHERS = (  # somebody else's, that nobody needs
    "Ring Tom on 01632 960555 if you like.",
    "You can write to tom.elsewhere@another.example about it.",
    "It is all on www.another.example/our-street and https://another.example/page.",
    "Find us as @ourstreetwatch there.",
    "The hall is at TN9 2ZZ now.",
)


def bare(text: str) -> str:
    """Without accents, as people type who have no such keys."""
    plain = unicodedata.normalize("NFKD", text.replace("Ł", "L").replace("ø", "o"))
    return "".join(char for char in plain if not unicodedata.combining(char))


@dataclass(frozen=True)
class Planted:
    """One applicant, with everything that tells who they are."""

    number: int
    given: str
    family: str
    nickname: str
    street: str
    town: str

    @property
    def local(self) -> str:
        return squeezed(self.given.split()[0]) + "." + squeezed(self.family) + str(60 + self.number)

    @property
    def email(self) -> str:
        return f"{self.local}@{squeezed(self.family)}-workshop{self.number}.example"

    @property
    def phone(self) -> str:
        return f"07700 900 {100 + self.number:03}"

    @property
    def postcode(self) -> str:
        first, second = "ABDEFGHJLN"[self.number // 4], "PQRS"[self.number % 4]
        return f"ME14 {self.number % 10}{first}{second}"

    @property
    def born(self) -> str:
        return f"19{60 + self.number % 30}-0{1 + self.number % 9}-{11 + self.number % 17}"

    @property
    def answers(self) -> dict[str, Value]:
        return {
            "given_name": self.given, "family_name": self.family, "phone": self.phone, "address_line1": self.street,
            "town": self.town, "postcode": self.postcode, "date_of_birth": self.born,
        }  # fmt: skip

    def names(self) -> Iterator[str]:
        """Sentences with the name in each of its forms."""
        first, whole = self.given.split()[0], f"{self.given} {self.family}"
        letters = [part[0] for part in bare(whole.replace("-", " ").replace("'", "")).split()]
        for form in (
            whole,
            whole.upper(),
            whole.lower(),
            bare(whole),
            bare(whole).lower(),
            f"{self.family}, {self.given}",
        ):
            yield f"My name is {form}."
        yield f"You may know me as {whole} from the shop."
        yield f"Please ask {first} about it, or Mr {self.family} at the gate."
        yield f"They said it was {first}'s idea, and {first}’s alone."
        yield f"Signed by {self.family}."
        yield f"My name is {' '.join(bare(first))}."
        yield f"My name is {'.'.join(bare(first))}."
        yield f"On the wall it says {'.'.join(letters)}. and {'. '.join(letters)}. in chalk."
        yield f"On the wall it says {' '.join(letters)} in chalk."
        yield f"I sign as {letters[0]}. {self.family} and as {first} {letters[-1]}. mostly."
        yield f"Look for {squeezed(first + self.family)} or {squeezed(self.family + first)} there."
        yield f"Look for {bare(first).title()}{bare(self.family).title()}{self.number} there."
        snake = f"{bare(first).lower()}_{bare(self.family).lower()}"
        yield f"Look for {snake} and #team{squeezed(first + self.family)} there."
        yield f"Everyone calls me {self.nickname}. So {self.nickname} is what I answer to."

    def ways(self) -> Iterator[str]:
        """… with telephone and mail in each of theirs."""
        digits = self.phone.replace(" ", "")
        local, _, domain = self.email.partition("@")
        yield f"Ring me on {self.phone} or {digits} or {digits[:5]}-{digits[5:]}."
        yield f"Ring me on +44 {digits[1:5]} {digits[5:]} or +44(0){digits[1:]} or 0044 {digits[1:]}."
        yield f"Ring me on {' '.join(digits)} or {'.'.join(digits)}."
        yield f"Ring me on {' '.join(DIGITS[int(digit)] for digit in digits)}."
        yield f"Ring me on {', '.join(DIGITS[int(digit)] for digit in digits)}."
        yield f"The end of my number is {digits[-6:]}."
        yield f"Write to {self.email} or {self.email.upper()}."
        yield f"Write to {local.replace('.', ' dot ')} at {domain.replace('.', ' dot ')}."
        yield f"Write to {local} (at) {domain} please."
        yield f"My box is {local} and I own {domain} too."

    def places(self) -> Iterator[str]:
        """… and with where they live in each of its."""
        house, _, street = self.street.partition(" ")
        whole, code = self.postcode, self.postcode.replace(" ", "")
        yield f"I live at {self.street}, {self.town}, {whole}."
        yield f"I live at {self.street.lower()} in {self.town.lower()}."
        yield f"I live at {self.street.upper()} near {self.town.upper()}."
        yield f"I have lived in {self.town} for years, and {self.town}'s people know me."
        yield f"All of {street} turned out."
        yield f"We are number {house} on the left."
        yield f"It is {code} or {code.lower()} or {whole.lower()} or {' '.join(code)}."
        yield f"It begins with {whole.split()[0]} and ends with {whole.split()[1]}."

    def sentences(self) -> list[str]:
        return [*self.names(), *self.ways(), *self.places(), *OTHERS]

    def unmistakable(self) -> set[str]:
        """What is nobody else's and no ordinary word, folded and squeezed: it may be found nowhere."""
        digits = self.phone.replace(" ", "")
        found = {
            squeezed(part) for part in (self.email, self.local, self.given + self.family, self.family + self.given)
        }
        found |= {digits, digits[1:], squeezed(self.postcode), squeezed(self.street), self.born}
        if self.number >= len(ORDINARY_PEOPLE):
            words = (
                *self.given.split(),
                *self.family.replace("-", " ").split(),
                self.street.split(" ", 1)[1],
                self.town,
            )
            found |= {squeezed(word) for word in words if len(squeezed(word)) > 5}
        return {each for each in found if len(each) > 5}


ORDINARY_PEOPLE = PEOPLE[:8]  # their names are ordinary words: only whole forms of them are unmistakable


def planted_people() -> list[Planted]:
    return [Planted(number, *each) for number, each in enumerate(PEOPLE)]


def giveaways(person: Planted) -> list[tuple[str, set[str]]]:
    """Each planted sentence with the words of it that must not be read there, folded."""
    ordinary = {squeezed(word) for word in _FRAME.split()}
    return [
        (sentence, {squeezed(word) for word in sentence.replace("-", " ").replace("_", " ").split()} - ordinary - {""})
        for sentence in person.sentences()
    ]


_FRAME = """my name is you may know me as from the shop please ask about it or mr at gate they said was idea and alone
signed by on wall says in chalk i sign mostly look for there everyone calls so what answer to ring of number end write
box own too live near have lived years people turned out all we are left begins with ends tom if like can is our now
hall a at find us here"""
