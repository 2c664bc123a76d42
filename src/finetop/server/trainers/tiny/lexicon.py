"""Common words and the frames they are put in: the base model learns from them how English is spelled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_WORDS = {
    "noun": (
        "account address afternoon answer apple arm art article baby bag ball bank basket bath beach bed "
        "bill bird blanket boat body book bottle box boy branch bread breakfast bridge brother brush "
        "building bus business button cable cake camera car card cat chair chance child church circle city "
        "class clock cloud coast coat code coffee colour company cook corner cost country course cow cup "
        "curtain customer date daughter day deal delivery desk detail dinner doctor dog door dream dress "
        "drink ear edge egg end engine error evening example eye face fact family farm father field finger "
        "fire fish floor flower food foot form fridge friend fruit game garden gate gift girl glass goal "
        "gold grandmother grass ground group guest hair hall hand hat head heart help hill history hole "
        "holiday home horse hospital hotel hour house ice idea image inch island issue jacket job journey "
        "judge juice key kind king kitchen knee knife lady lake lamp land language law leaf leg lesson "
        "letter level library light line link list list love lunch machine mail man manager map market "
        "meal measure meat meeting message metal metre middle milk mind minute mistake moment money month "
        "morning mother mountain mouth movie music name nature neck neighbour news night noise nose note "
        "number office oil option orange order owner package page paint pair paper parent park part party "
        "password path payment pen people period person phone photo picture piece place plan plane plant "
        "plate player pocket point police post potato power present price prize problem product program "
        "question queue radio rain reason receipt record refund report request rest result return rice "
        "ring river road rock roof room rope rule salt sand school science screen sea season seat second "
        "secret sentence service set shape sheet ship shirt shoe shop shoulder side sign silver sister "
        "size skin sky sleep snow soap song sound soup space spoon spring square staff stage stair stamp "
        "star start station step stick stock stone stop store storm story street student subject sugar "
        "summer sun support surface surprise system table tail talk task tea teacher team term test text "
        "thing thought thread ticket tie time title tongue tool tooth top touch town toy track trade train "
        "travel tree trip trouble truck turn type uncle update user valley value version view village "
        "visit voice wall watch water wave way weather website wedding week weight wheel wind window wing "
        "winter wire woman wood word work worker world year"
    ),
    "verb": (
        "accept add agree allow answer arrive ask become begin believe borrow break bring build buy call "
        "cancel carry catch change check choose clean climb close collect come compare contact cook copy "
        "cost count cover cross cut dance decide deliver describe draw dream drink drive drop dry earn eat "
        "end enjoy enter exchange expect explain fall feed feel fill find finish fit fix fly follow forget "
        "forgive get give go grow guess happen have hear help hide hold hope improve invite join jump keep "
        "know laugh lead learn leave lend let lift like listen live look lose love make mean measure meet "
        "mend mind miss move need notice offer open order own pack paint park pass pay pick plan play "
        "point prefer prepare press promise pull push put reach read receive record remain remember repair "
        "repeat reply report reset rest return ride ring run save say search see sell send serve set shake "
        "share ship shout show sign sing sit sleep smell smile solve speak spell spend stand start stay "
        "stop study suggest swim switch take talk taste teach tell thank think throw touch train travel "
        "treat trust try turn understand update use visit wait wake walk want warm wash watch wear win "
        "wish wonder work worry wrap write"
    ),
    "adj": (
        "able afraid alone angry available bad beautiful best better big bitter black blue bright brown "
        "busy calm careful cheap clean clear clever cold common complete cool correct curious damaged dark "
        "dead dear deep different difficult dirty dry early easy empty exact expensive fair false famous "
        "far fast fine first flat free fresh full funny gentle glad good great green grey half happy hard "
        "healthy heavy high hot huge hungry important kind large last late lazy left light little local "
        "lonely long loud low lucky main narrow near necessary new next nice noisy normal old open orange "
        "other perfect personal pink plain pleasant polite poor possible proud public quick quiet ready "
        "real red rich right round sad safe same sharp short sick silent simple single slow small smooth "
        "soft sorry special square steady strange strong sudden sure sweet tall thick thin tired true ugly "
        "useful usual warm weak wet white whole wide wild wise wrong yellow young"
    ),
    "own": ("my your our their his her the the the a this that every some no"),
    "can": ("can could will would should may might must do cannot"),
    "how": ("very rather quite a little too so not always never often sometimes really"),
    "and": ("and or but because if when while so that although until"),
    "number": ("one two three four five six seven eight nine ten 12 20 25 30 48 60 99 100 250 1000"),
}
_PHRASES = {
    "when": (
        "today;tomorrow;yesterday;now;soon;at noon;at night;in the morning;in the evening;on Monday;"
        "on Tuesday;on Wednesday;on Thursday;on Friday;on Saturday;on Sunday;in January;in spring;"
        "in winter;every day;every week;once a month;twice a year;within two days;after a while;"
        "before lunch;until six;since May;for ten minutes;at the same time;at once;right away;"
        "as soon as possible"
    ),
    "where": (
        "at home;in the city;on the table;behind the house;next to the door;under the bridge;"
        "at the station;over there;in your account;on the page;at the corner;near the lake;inside the box;"
        "outside;by the window;in the kitchen;on the way;from here;to the office;across the river;"
        "between the trees;around the town"
    ),
    "who": ("I;you;we;they;my friend;your neighbour;the team;somebody;nobody;everyone;she;he;our teacher"),
    "hello": ("Hello;Thank you;Of course;Yes;No;Sorry;Please;Well;Certainly;Not yet;I am afraid not;Sure"),
}
WORDS = {
    **{kind: words.split() for kind, words in _WORDS.items()},
    **{kind: phrases.split(";") for kind, phrases in _PHRASES.items()},
}

FRAMES = (
    "{who} {can} {verb} {own} {adj} {noun} {when}.",
    "{own} {noun} is {how} {adj} {where}.",
    "Please {verb} {own} {noun} {when}, {and} {verb} it {where}.",
    "There are {number} {noun}s {where}, {and} {who} {can} {verb} them.",
    "{hello}, {who} {can} {verb} {own} {noun}.",
    "{hello}! {own} {adj} {noun} {can} {verb} {when}.",
    "To {verb} {own} {noun}, {verb} {own} {noun} {where} {and} {verb} {when}.",
    "It takes {number} {noun}s to {verb} {own} {adj} {noun}.",
    "{own} {noun} of {own} {noun} was {adj} {and} {adj}.",
    "If {who} {verb} {own} {noun}, {own} {noun} {can} be {adj}.",
    "{own} {noun}, {own} {noun} and {own} {noun} are {where}.",
    "What {can} {who} {verb} {when}? {own} {adj} {noun}.",
    "{who} {verb}ed {own} {noun} {where} for {number} {noun}s.",
    "{own} {noun} costs {number} euros, {own} {adj} one {number}.",
    "{verb} {own} {noun}, {and} {who} {can} {verb} {own} {noun}.",
    "{who} {can} not {verb} {own} {noun} {and} {own} {noun} is {adj}.",
)


def sentences(rng: random.Random) -> str:
    """One to three sentences that are English in spelling and order, if not in sense."""
    said = [_sentence(rng) for _ in range(rng.randint(1, 3))]
    return " ".join(said)


def _sentence(rng: random.Random) -> str:
    text = re.sub(r"\{(\w+)\}", lambda match: rng.choice(WORDS[match.group(1)]), rng.choice(FRAMES))
    return text[0].upper() + text[1:]
