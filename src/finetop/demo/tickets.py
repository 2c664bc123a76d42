"""Words and sentences of the larger samples: tickets, a town's questions, notes from the trail."""

from __future__ import annotations

TICKETS: dict[str, tuple[str, ...]] = {
    "billing": (
        "I was charged {n} euros too much for {month}.",
        "The invoice for {month} is wrong.",
        "Why does my plan cost {n} euros now?",
        "Please send the receipt for {month} again.",
        "My card was declined when I paid for {thing}.",
        "I cancelled in {month} and was billed anyway.",
    ),
    "shipping": (
        "My {thing} has not arrived after {n} days.",
        "The tracking page says nothing since {month}.",
        "The {thing} went to my old address.",
        "Can you deliver the {thing} on a Saturday?",
        "The box with my {thing} was open.",
        "I have been waiting {n} days for a replacement.",
    ),
    "technical": (
        "The app closes when I open {page}.",
        "I get error {n} on {page}.",
        "The {page} page stays white.",
        "Since the update in {month} nothing syncs.",
        "The {thing} does not connect any more.",
        "Printing from {page} takes {n} minutes.",
    ),
    "account": (
        "I cannot sign in since {month}.",
        "Please change the mail address on {page}.",
        "How do I add {n} people to our account?",
        "I lost the phone with my second factor.",
        "Delete my account, please.",
        "My colleague should be able to see {page}.",
    ),
    "praise": (
        "The new {page} page is lovely.",
        "Thanks, the {thing} works like on the first day.",
        "Your support answered within {n} minutes, great!",
        "I told {n} friends about you.",
        "Best {thing} I ever bought.",
        "You saved my {month}.",
    ),
}
URGENCY = {"billing": "normal", "shipping": "normal", "technical": "high", "account": "high", "praise": "low"}
TEAM = {"billing": "Ines", "shipping": "Tomas", "technical": "Priya", "account": "Jon", "praise": "everyone"}
THINGS = (
    "lamp",
    "kettle",
    "router",
    "scale",
    "speaker",
    "camera",
    "heater",
    "keyboard",
    "printer",
    "doorbell",
)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
PAGES = ("settings", "reports", "the calendar", "billing", "the inbox", "search", "the team", "exports")

BLUNT: dict[str, str] = {
    "Send me the {thing}.": "Could you please send me the {thing} when you have a moment?",
    "Where is the {thing}?": "May I ask where I can find the {thing}?",
    "The {thing} is late.": "I was hoping to have the {thing} by now; could you let me know when it is due?",
    "You forgot the {thing}.": "I believe the {thing} may have been overlooked.",
    "Fix the {thing} now.": "I would be grateful if you could look at the {thing} today.",
    "I hate this {thing}.": "I am afraid this {thing} is not quite what I need.",
    "The {thing} makes no sense.": "Would you mind explaining the {thing} to me once more?",
    "No, not the {thing} again.": "I would prefer something other than the {thing} this time.",
    "Call me about the {thing}.": "It would be kind of you to call me about the {thing}.",
    "Nobody told me about the {thing}.": "I must have missed the news about the {thing}.",
}
MATTERS = (
    "report",
    "invoice",
    "draft",
    "contract",
    "schedule",
    "budget",
    "offer",
    "slides",
    "agenda",
    "summary",
    "plan",
    "minutes",
    "figures",
    "order",
    "list",
)

TOWN: tuple[tuple[str, str], ...] = (
    ("When does the library open?", "At ten, except on Mondays; the reading room opens an hour earlier."),
    (
        "Where can I leave old paint?",
        "Bring it to the yard behind the fire station, first Saturday of the month.",
    ),
    ("Is the outdoor pool heated?", "Only the small one. The large pool follows the weather."),
    (
        "How do I register a dog?",
        "At window three of the town hall, with the chip number and the insurance paper.",
    ),
    ("Who repairs street lamps?", "Tell us the number on the pole and the works crew comes within a week."),
    (
        "May I light a fire by the lake?",
        "On the two stone rings at the north shore, and nowhere from June to August.",
    ),
    (
        "How much is a fishing permit?",
        "Eight euros a day or forty for the season, under sixteens fish for free.",
    ),
    ("When is the weekly market?", "Every Thursday until one, on the square in front of the old mill."),
    (
        "Where do buses to the coast leave?",
        "From platform C, every forty minutes; the last one goes at 21:10.",
    ),
    (
        "Can I borrow a cargo bike?",
        "Yes, for three hours at a time. The key is at the bakery next to the bridge.",
    ),
    (
        "How do I report a pothole?",
        "Send a photo and the house number; most are filled before the next rain.",
    ),
    ("Is there parking at the station?", "Sixty places under the trees. They are full by half past seven."),
    ("When are the bins emptied?", "Paper on odd Fridays, everything else on even ones."),
    ("Where can we hold a street party?", "On any side street, if two thirds of the doors agree in writing."),
    (
        "Who rents out the barn?",
        "The music society. Ask Mrs. Aldous, she keeps the calendar and the piano key.",
    ),
    (
        "How do I get a new passport?",
        "Book a morning, bring a photo and the old one; it takes about three weeks.",
    ),
    ("Are dogs allowed in the park?", "On a lead, and not on the meadow where the geese breed."),
    ("What does a garden plot cost?", "Ninety a year with water. The waiting list is two summers long."),
    ("Where is the lost property office?", "In the basement of the museum, Tuesdays after lunch."),
    ("How deep is the harbour?", "Four metres at the quay and barely two by the slipway at low water."),
    ("Can I see the council meet?", "Every second Wednesday at seven; the gallery has thirty chairs."),
    (
        "Why is the bridge closed?",
        "Its bearings are being changed. Walkers may use the railway arch until May.",
    ),
    ("Who clears the snow?", "The town does the roads, the house owners the pavement before eight."),
    ("Is the tap water hard?", "Rather: sixteen degrees in the old town, eleven on the hill."),
    (
        "When is the museum free?",
        "On the last Sunday of the month, and always for pupils with a sketch book.",
    ),
    ("Where can I charge a car?", "Four posts behind the theatre, two more at the ferry."),
    ("How do I join the choir?", "Come on a Monday and sing one song; basses need not even do that."),
    (
        "Do I need a permit for a shed?",
        "Not below ten square metres, if it stays three steps from the fence.",
    ),
    ("Where do the storks nest?", "On the chimney of the brewery, every year since the war."),
    ("Is there a night pharmacy?", "They take turns; the list hangs in every window and on our page."),
    ("Can the hall seat two hundred?", "One hundred and eighty, or two hundred if nobody dances."),
    ("Who runs the ferry?", "Two sisters, from Easter to the first ice, whenever someone rings the bell."),
    ("What is the tower for?", "It once watched for fires. Today it holds the clock and a family of owls."),
    ("When do the fountains run?", "From April to October, noon to sunset, except in a drought."),
    ("Where can children skate?", "In the gravel pit once the flag is green, with a grown-up on the bank."),
    ("How do I rent a boat?", "Ask at the boathouse before ten; leave your shoes as a deposit."),
)
"""Answers that have little in common: learned by heart after a few epochs, and of no help for each other."""

TRAIL_STARTS = (
    "the ferry",
    "the old mill",
    "the station",
    "Gull Bay",
    "the quarry",
    "Kestrel Farm",
    "the chapel",
)
TRAIL_ENDS = ("High Cairn", "the lighthouse", "Tarn Hut", "the ridge", "Birch Pass", "the falls", "Two Oaks")
TRAIL_LOOKS = (
    "keep the wall on your left",
    "follow the white marks",
    "cross the stream on the flat stones",
    "take the path behind the sheepfold",
    "stay above the trees",
    "turn at the split rock",
)
TRAIL_SIGHTS = (
    "seals",
    "a ruined kiln",
    "blueberries",
    "an eagle's nest",
    "a view of three lakes",
    "old terraces",
)
TRAIL_NEEDS = ("firm boots", "two litres of water", "a wind jacket", "a map, as phones fail there", "a lamp")
