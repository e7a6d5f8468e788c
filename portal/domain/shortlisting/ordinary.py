"""Words that are people's names and ordinary English too: whether one is a name, its surroundings must say.

A name that is not among them is hidden wherever it stands, so the worst a missing word does is to hide too much.
"""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A date's words: after "in" or beside a number they are no name.
DATED = _set(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter easter "
    "christmas noel"
)

# First names too: at the beginning of a sentence only a word that must follow a verb says otherwise ("Will you …").
FIRST_NAMES = _set(
    """
    will may mark bill drew pat sue chase hunt grant hope wade rich frank grace joy faith charity rose carol dawn eve
    summer autumn art penny sunny misty max miles lance norm guy gay kit candy pepper clay cliff dale forest reed
    ridge river rain storm star sky melody harmony hunter porter walker chance earl king prince baron major dean
    bishop pope christian noble bear wolf fox drake bud skip win wit stew red peg mercy honour honor unity destiny
    patience prudence constance comfort blessing justice victor merry bonny dove rock stone cash bond case page love
    precious princess queen true wise young early dash ace sly spike scout archer shepherd sailor bay
    """
)

# Mostly last names, and short words that are somebody's whole name. At the beginning of a sentence another small word
# after them makes them ordinary ("Young people …"). Only words that people do write: what is rare is hidden everywhere.
OTHERS = _set(
    """
    an as at be by do go he hi if in is it me my no of oh on or so to up us we she her his him our you yes not now
    who why way any are but can did few for get got had has how its let lot man men new off old one out own put ran
    saw say see set sit ten the too two use war was wet yet able about after again all also always among another
    back alley angle apple arch armour arrow ashes bags bailiff baker balance ball banks banker bank bar barber bark
    barn barrel base basket bass bat bath battle beach beacon bean beard beat bed bee beech beer bell bells belt
    bench bend best better bible big bigger bind bird black blacksmith blade blank block blood bloom blow blue blunt
    board boat body bold bolt bone bones book boom boot booth boots born boss bottle bottom bough bound bow bowl
    bowler box boy brace brain branch brand brass brave bread break breeze brew brewer brick bridge bridges bright
    brisk broad brook broom brother brown brush bull bunch burden burger burn burns bush butcher butler butter
    button cable cage cake call calm camp candle cane cannon cap cape car card care carpenter carriage carrier carry
    cart castle catch cater cattle cave chain chair chalk chamber chambers champion change chant chapel chaplain
    chapter charge charm cheer cheese cherry chest child chin choice church circle city clean clear clerk clever
    climb clock cloak close cloth cloud clown club coach coal coast coat cock coffee coin cold collar college
    collier comb common cook cookie cool copper cord core cork corn corner cotton couch counter count county court
    cousin cove cover cow cows crab craft crane cream creek crew cricket crisp critic croft crook cross crow crowd
    crown cruise crust cup curry curtain cushion custom cut cutter dairy damp dance dancer dare dark darling dart
    day daylight days dead deal dear death deed deep deer dent dial dice dish ditch diver dock dollar dolphin donkey
    doom door dough down downs draper draw drawer dream drink drive driver drop drought drum drummer dry duck due
    dump dust dwelling eagle ear earth east eastern easy edge eight elder end england english enough even ever every
    eye face fair fairy fall fallow fame fan far farm farmer fast fat father favour fear feast feather fee fell
    fellow fence ferry fiddle fiddler field fields file fill find fine finger fire firm first fish fisher fisherman
    five flag flame flash flat flesh flight flood floor flour flower flowers fly fog fold folk food foot ford fore
    foreman forge form fort fortune foster foul found fountain four fowl frame france free freeze french fresh friar
    friday friend friends frost fry full fuller fun fund game gamble garden gardener garland gas gate gates gather
    gear geese gentle gentleman ghost gift glass gleam glove goat god gold golden good goodbye goodwill goose gossip
    gown grain grand grange grape grass grave gravel gray great greatest green greenfield greenhouse grey grief grim
    grind grinder groom ground grove guard guess guest guide gull gun hail hair half hall halls ham hammer hand
    handle hands handy hanger harbour hard harm harvest hat hatch haven hawk hay haystack hazard head heal heard
    heart heat heel height held help hem herd heritage hero hide high hill hills hobby hold holder hole holiday
    hollow home honey hood hook hop horn horse host hotel hound house howl human humble hunger hurdle hurry hurt
    husband ice icon idle image inch ink inn iron ivory jackal jacket jail jam jar jaw jet jewel joiner joint jolly
    joke journey judge jug juice jump just keen keep keeper kettle key keys kick kid kill kind kindness kingdom
    kings kiss kite knee knife knight knock knot know knowledge lace lack lad lady lake lamb lamp land landlord lane
    lap large last late latch law lawn laws lay lead leader leaf leak lean leap learn leather leave ledger left leg
    lemon less lesson lever liberty light like line link lion lip list little live liver load loan lock lodge log
    long look loose lord loud lovely lover low lower luck lucky lunch luxury maid main make maker manner manners
    manor many map maple marble march mariner market marsh marshal mask mass master match mate matter maze meadow
    meal mean meat meek meet mellow member mend merchant merit mess messenger mice middle midwinter might mild mile
    milk mill miller mills mine miner mint mirror mist mode mole monday money monk monks month moody moon moor more
    morning moss mother mould mount mountain mouse mouth mow much mud mule music must mustard myth nail nails napkin
    narrow nation nature near neat neck need neighbour nest net nettle never newcomer nice night nine nod noon north
    northern nose note number nun nurse nut oak oats ocean odd offer oil onion only opening orange orchard order
    organ oven over owl owner ox oyster pace pack packer pad paddock padlock paint painter pair palace pale palm
    pane paper paradise pardon park parish parrot part party pass past paste pastor patch path pay peace peach
    peacock peak pear pearl peel peer pen pence people perfect perk person pest pet piece pig pigeon pike pile
    pilgrim pill pillar pilot pin pinch pine pink pint pipe pitch pitcher place plain plane plant plaster plate play
    player pleasant pledge plum plumb plumber pocket poet point pole polish poll pond pony pool poor pop port post
    postman pot potter pound pour powder power powers praise pray preacher present press pretty price pride priest
    prime print prior prize profit proof proper proud prune pull pulse pump punch pure purse push quail quarrel
    quarry quarter quest quick quill quilt rabbit race rack raft rag ram ramble ramp ranger rank rat rate ray razor
    reach read reader reading ready reap reason record rest rice ride rider riding right ring ringer rise rivers
    road roads roast robe rocket roll roller rolls roman roof room root roots rope rough round row royal rule ruler
    run rush rushes rust sack sad safe sage sail saint sale salmon salt sand sands satchel saturday sauce savage
    save scales scarf scarlet school score sea seal search seat seed seeds sell seller sergeant service settle seven
    sewer shade shadow shaft shake shallow shape share sharp shave shed sheep sheer sheet shelf shell shelter
    sheriff shield shine ship shirt shoe shoes shoot shop shore short shot shoulder shovel show shower shrimp shut
    sick side sides sign silence silk silver simple sing singer sinker six skate slack slate slaughter sleep sleet
    small smart smell smile smoke smooth snail snake snow soap sole solid song soul sound south southern sow spade
    spark speak speaker spear speed spell spend spice spin spinner spiral spire spirit split spoon spot spouse spray
    spring square squire squirrel stable stack staff stag stage stain stair stall stamp stand stark start state
    station stay steady steam steel steep stem step steward stick still stock stocks stop store storey story stout
    stove straight strain strange stranger straw stream street stretch string strong student sturdy style sugar suit
    sun sunday supper sure swallow swan sweet swift swim swing sword table tackle tail tailor tale talk tall tame
    tank target tart tax tea teacher team tear temple tender tennis term test thick thin think third thorn thorough
    thought thrift throw thrush thursday tick tidy tie tiger tile till timber time times tin tip title toast tobacco
    toll tone tongue tool tools tooth top torch torn total touch tow towel tower towers town track trade train trap
    travel traveller treasure tree trees trick trim trip troop trot trout truck trust tub tuck tuesday tunnel turf
    turn turkey turtle twelve twig twin twist upright usher vale valley van vast veil vest vicar vice view village
    vine virgin virtue voice voyage wager wagon waist wait waiter wake walk wall wallet walls want ward warden warm
    warn warrior wash wasp waste watch water waters wave wax wealth weather weaver web wedge weed week weeks weigh
    weir welcome well wells welsh west western wheat wheel whip whistle white whole wick wicked wide widow wife wild
    wilds willing willow wind window wine wing wings winner winter wire wisdom wish witch wolves wonder wood wooden
    woods wool word words work worker workman works world worm worth worthy wrap write wrong yard yarn year yell
    yellow yield youth zeal
    """
)
ORDINARY = FIRST_NAMES | OTHERS | DATED

# After a word of both kinds at the beginning of a sentence these make it a verb: "Will you …", "Mark the …", "May I …".
OBJECTS = _set(
    "i you he she it we they me him her us them this that these those there the a an my your his its our their any "
    "some all each every no nobody somebody anybody everybody everyone someone anyone people not never always also be "
    "to up down out off for"
)
# After a name at the beginning of a sentence: "Rose is …", "Brown and I …".
AFTER_NAMES = _set(
    "is was has had and or said says who did does told came went lives lived works worked here will would can could "
    "also then knows knew asked helped thinks thought wants wanted moved with from"
)
# Before a verb: "I will", "people may", "who mark".
SUBJECTS = _set(
    "i you he she it we they who that this there which what one people everyone someone nobody everybody somebody "
    "anyone anybody neither both all most many some others it'll and"
)
NO_PLURALS = _set(
    "is was has as yours regards this calls knows asks sees helps thanks says likes loves meets tells means its his "
    "hers theirs ours across besides plus versus always perhaps sometimes"
)
DETERMINERS = _set("the a an my your his her its our their this that these those each every any some no another")
TITLES = _set("mr mrs ms miss mx dr sir dame lady lord prof professor rev reverend pc sgt sergeant insp cllr")
DATE_BEFORE = _set("in since until till during last next this early mid late every each before's previous following")
# No nickname, though they follow "call me" or "known as".
NO_NICKNAMES = _set(
    "a an the when if on at in for to and or because every back out over up down after by names that this it as with "
    "from about again today tomorrow first later whenever any anytime old young little big mad being for"
)

# Parts of names and of places that say nothing alone.
PARTICLES = _set("van von der den de la le du di da dos del el al bin ibn ap mc mac o st and y")
PLACE_PARTICLES = _set(
    "and with the upon on in by under of st east west north south great little upper lower new old royal flat house"
)
STREETS = {  # each with the ways it is shortened
    "road": "rd", "street": "st", "lane": "ln|la", "avenue": "ave|av", "close": "cl", "drive": "dr|drv",
    "court": "ct", "crescent": "cres|cresc", "gardens": "gdns|gdn", "place": "pl", "square": "sq", "way": "wy",
    "terrace": "terr|ter", "grove": "gr|grv", "rise": "rise", "hill": "hl", "park": "pk", "view": "vw", "mews": "mws",
    "walk": "wk", "green": "grn", "row": "row", "parade": "pde", "mead": "mead", "meadow": "mdw", "meadows": "mdws",
    "field": "fld", "fields": "flds", "house": "hse", "cottage": "cott|cottages", "cottages": "cotts", "farm": "fm",
    "villas": "villa", "villa": "vla", "lodge": "ldg", "flat": "flt", "apartment": "apt", "estate": "est",
    "buildings": "bldgs", "yard": "yd", "quay": "quay", "wharf": "wharf", "chase": "chase", "end": "end",
    "bank": "bnk", "vale": "vale", "mount": "mt",
}  # fmt: skip
WRITTEN_SHORT = {  # first names as clerks shorten them
    "william": ("wm", "liam"), "charles": ("chas",), "george": ("geo",), "james": ("jas",), "thomas": ("thos",),
    "robert": ("robt",), "john": ("jno",), "joseph": ("jos",), "edward": ("edw", "edwd"), "elizabeth": ("eliz",),
    "margaret": ("marg", "margt"), "katherine": ("kath",), "catherine": ("cath",), "richard": ("richd",),
    "samuel": ("saml",), "daniel": ("danl",), "benjamin": ("benj",), "frederick": ("fredk",), "alexander": ("alexr",),
}  # fmt: skip
# Mailboxes and domains that many people have.
POSTBOXES = _set("info hello mail email contact admin office home family post enquiries the me")
PROVIDERS = _set(
    "gmail googlemail hotmail outlook live msn yahoo ymail icloud aol proton protonmail btinternet sky virginmedia "
    "talktalk example mail email"
)
# Letters that mean something else when they stand together without a full stop.
ACRONYMS = _set(
    "am an as at be by do go he hi if in is it me my no of oh ok on or so to up us we uk eu un tv pc pe pm gp hr pr ai "
    "cv dj id mp ve bc ad dr mr ms st vs xl cd dvd nhs bbc rnli pcso cpv psv hgv gcse mot ppe cpr all and the for not "
    "but was"
)
