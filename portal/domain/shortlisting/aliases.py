"""Names that say nothing: a bird and a number, drawn at random.

Birds that are also people's usual first names (Robin, Martin, Jay, Merlin…) are not among them.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection

BIRDS = (
    "Avocet", "Bittern", "Brambling", "Bullfinch", "Bunting", "Buzzard", "Chiffchaff", "Chough", "Cormorant",
    "Corncrake", "Crossbill", "Curlew", "Dabchick", "Dipper", "Dotterel", "Dunlin", "Dunnock", "Egret", "Eider",
    "Fieldfare", "Fulmar", "Gadwall", "Gannet", "Garganey", "Godwit", "Goldcrest", "Goldeneye", "Goosander",
    "Goshawk", "Grebe", "Greenshank", "Guillemot", "Harrier", "Hawfinch", "Heron", "Hoopoe", "Jackdaw", "Kestrel",
    "Kingfisher", "Kittiwake", "Lapwing", "Linnet", "Magpie", "Mallard", "Moorhen", "Nuthatch", "Osprey",
    "Oystercatcher", "Petrel", "Pintail", "Pipit", "Plover", "Pochard", "Ptarmigan", "Puffin", "Razorbill",
    "Redpoll", "Redshank", "Redstart", "Redwing", "Ruff", "Sanderling", "Sandpiper", "Shearwater", "Shelduck",
    "Shoveler", "Siskin", "Skua", "Skylark", "Snipe", "Sparrowhawk", "Spoonbill", "Starling", "Stonechat", "Teal",
    "Treecreeper", "Turnstone", "Twite", "Wagtail", "Waxwing", "Wheatear", "Whimbrel", "Whinchat", "Whitethroat",
    "Wigeon", "Wryneck", "Yellowhammer",
)  # fmt: skip
FEW = 2_000  # up to here two figures will do


def new_alias(taken: Collection[str], names: Collection[str] = ()) -> str:
    """An alias that is not taken, whose bird is in none of the person's own names. Numbers follow no order."""
    told = " ".join(names).lower()
    birds = [bird for bird in BIRDS if bird.lower() not in told]
    most = 90 if len(taken) < FEW else 990
    while True:
        alias = f"{secrets.choice(birds)} {secrets.randbelow(most) + 10}"
        if alias not in taken:
            return alias
