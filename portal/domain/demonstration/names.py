"""Names, streets and places people are made up from. Nobody here exists; the towns do."""

from __future__ import annotations

GIVEN = (
    "Amara", "Bilal", "Catrin", "Dev", "Esme", "Farah", "Gethin", "Hana", "Isaac", "Jaya", "Kofi", "Lena", "Marek",
    "Niamh", "Olu", "Priya", "Quentin", "Rosa", "Sanjay", "Tamsin", "Umar", "Vera", "Wes", "Xanthe", "Yusuf", "Zofia",
    "Aidan", "Beatriz", "Connor", "Delphine", "Emeka", "Freya", "Gurpreet", "Harriet", "Imogen", "Jerome", "Kirsty",
    "Luca", "Meera", "Nathan", "Oksana", "Percy", "Ruth", "Siobhan", "Tariq", "Una", "Viktor", "Winnie", "Adaeze",
    "Brendan", "Chiara", "Dilys", "Ewan", "Fola", "Grace", "Hamza", "Iris", "Joanna", "Kasia", "Leon", "Mabel",
    "Nadia", "Owen", "Pearl", "Rafael", "Sunita", "Theo", "Ursula", "Veronica", "Wanda", "Yasmin", "Zachary",
)  # fmt: skip

FAMILY = (
    "Abara", "Ashdown", "Banerjee", "Birchall", "Boateng", "Brockhurst", "Castellano", "Chowdhury", "Cole", "Danso",
    "Dembele", "Drury", "Eastwell", "Egan", "Farnfield", "Fitzalan", "Gajewski", "Goudhurst", "Hadlow", "Haskins",
    "Ibekwe", "Idris", "Jansen", "Joyce", "Kaur", "Kearsney", "Kowal", "Lambe", "Larkfield", "Lungu", "Mehta",
    "Mereworth", "Moffat", "Nettlestead", "Nwosu", "O'Dowd", "Okoye", "Oyelaran", "Paddock", "Patel", "Pluckley",
    "Quill", "Rahman", "Reculver", "Rolvenden", "Sadiq", "Saltwood", "Shah", "Sittler", "Staplehurst", "Szabo",
    "Tanner", "Teston", "Thurnham", "Ulcombe", "Usman", "Vasquez", "Vinter", "Wateringbury", "Weald", "Wojcik",
    "Wychling", "Xu", "Yalding", "Yeboah", "Zaman", "Ó Briain", "Müller-Hart", "Achebe-Lowe", "de Souza",
)  # fmt: skip

STREETS = (
    "Mill Lane", "Orchard Way", "Hop Garden Close", "Station Road", "Chalk Pit Lane", "Windmill Rise", "Church Walk",
    "Oast Court", "Cherry Tree Road", "Weavers Row", "Ferry Street", "Quarry Hill", "Meadow Bank", "Cobnut Drive",
    "The Green", "Priory Gardens", "Ragstone Avenue", "Tannery Yard", "Larch Crescent", "Saddlers Mews",
)  # fmt: skip

# district slug → towns and villages in it, with an outward code of each that lies in no other district
TOWNS: dict[str, tuple[tuple[str, str], ...]] = {
    "maidstone": (("Maidstone", "ME14"), ("Bearsted", "ME15"), ("Harrietsham", "ME17"), ("Maidstone", "ME15")),
    "sevenoaks": (("Sevenoaks", "TN13"), ("Otford", "TN14"), ("Edenbridge", "TN8"), ("Swanley", "BR8")),
    "tonbridge": (("Tonbridge", "TN9"), ("Hildenborough", "TN10"), ("West Malling", "ME19"), ("Aylesford", "ME20")),
    "tunbridge-wells": (("Tunbridge Wells", "TN1"), ("Southborough", "TN4"), ("Cranbrook", "TN17")),
    "dartford": (("Dartford", "DA1"), ("Greenhithe", "DA9"), ("Swanscombe", "DA10")),
    "gravesham": (("Gravesend", "DA11"), ("Gravesend", "DA12")),
    "medway": (("Strood", "ME2"), ("Chatham", "ME4"), ("Rainham", "ME8")),
    "swale": (("Sittingbourne", "ME10"), ("Sheerness", "ME12"), ("Faversham", "ME13"), ("Newington", "ME9")),
    "ashford": (("Ashford", "TN23"), ("Kennington", "TN24"), ("Tenterden", "TN30")),
    "canterbury": (("Canterbury", "CT1"), ("Whitstable", "CT5"), ("Herne Bay", "CT6")),
    "dover": (("Dover", "CT16"), ("Deal", "CT14"), ("Sandwich", "CT13")),
    "folkestone-and-hythe": (("Folkestone", "CT19"), ("Hythe", "CT21"), ("New Romney", "TN28")),
    "thanet": (("Margate", "CT9"), ("Ramsgate", "CT11"), ("Broadstairs", "CT10")),
}
INWARD = ("XA", "XB", "XD", "XE", "XF", "XG", "XH", "XJ", "ZA", "ZB", "ZD", "ZE", "ZF", "ZG", "ZH", "ZJ")

OCCUPATIONS = (
    "Nurse", "Primary school teacher", "Electrician", "Student", "Shop manager", "Carer",
    "Software tester", "Farm worker", "Postwoman", "Accounts assistant", "Plumber", "Chef",
    "Looking after my children", "Librarian", "Warehouse picker", "Receptionist at a surgery", "Hairdresser",
    "Train guard", "Looking for work", "Dog groomer", "Solicitor", "Mechanic", "Teaching assistant", "Bank clerk",
    "Vet nurse", "Delivery driver", "Gardener", "Youth worker", "Pharmacist", "Baker",
    "Estate agent", "Van fitter", "Call handler for a breakdown company", "Site surveyor", "Translator", "Florist",
)  # fmt: skip
RETIRED = ("Retired bus driver", "Retired headteacher", "Retired engineer", "Retired", "Retired nurse", "Retired baker")
NEEDS_A_LOOK = (  # occupation and the kind of employer it is: somebody has to decide about these
    ("Security officer at a shopping centre", "security"),
    ("Army reservist and lorry driver", "armed_forces"),
    ("Court usher", "justice"),
    ("Retained firefighter", "emergency"),
    ("Landlady of a village pub", "licensed"),
    ("Control room operator, another force", "police"),
)
ADJUSTMENTS = (
    "I read large print more easily, 16 point or more.",
    "I am deaf in one ear, so please seat me on the right of the room.",
    "I am dyslexic. Having the questions on paper while we talk would help.",
    "I pray at midday on Fridays and need ten minutes and a quiet corner.",
    "Step-free access, please. I walk with a stick on bad days.",
    "I take insulin and may need to stop and eat during a long day.",
)
