"""What the base model is taught about things, and the ways to ask for it: our own sentences, as data."""

from __future__ import annotations

TOPICS: dict[str, tuple[str, str]] = {
    "the sea": (
        "The sea is salt water as far as you can see.",
        "Most of it has never been visited by anyone.",
    ),
    "a river": ("A river is water on its way to the sea.", "It is always there and never the same."),
    "rain": ("Rain is water that falls from clouds.", "Without it nothing in the garden would grow."),
    "snow": ("Snow is frozen water in small stars.", "It makes a whole town quiet overnight."),
    "the moon": ("The moon is a ball of rock that circles the earth.", "It pulls the sea up and lets it go."),
    "the sun": ("The sun is the star closest to us.", "Its light takes eight minutes to get here."),
    "a mountain": (
        "A mountain is land pushed up very high.",
        "Start early if you want to be on top by noon.",
    ),
    "a forest": ("A forest is a place that belongs to trees.", "Listen, and you will find it full of birds."),
    "a tree": ("A tree is a plant with a trunk of wood.", "It grows a new ring every year."),
    "a garden": ("A garden is a piece of land you look after.", "Begin with beans, they forgive everything."),
    "a cat": (
        "A cat is a small hunter that lives in houses.",
        "It sleeps most of the day and plans the rest.",
    ),
    "a dog": ("A dog is the oldest friend people have.", "It needs a walk, a bowl and somebody to wait for."),
    "a bird": (
        "A bird is an animal with feathers and hollow bones.",
        "Most of them sing best before breakfast.",
    ),
    "a bee": ("A bee gathers nectar and makes honey of it.", "It dances to tell the others where to fly."),
    "bread": ("Bread is flour, water, salt and time.", "Let the dough rest overnight and it tastes of more."),
    "coffee": (
        "Coffee is made from roasted beans and hot water.",
        "Grind it fresh, that is half of the secret.",
    ),
    "tea": ("Tea is leaves in hot water.", "Three minutes wake you up, five calm you down."),
    "soup": ("Soup is vegetables cooked in water until they agree.", "It is better on the second day."),
    "an apple": (
        "An apple is a round fruit from a tree.",
        "Keep them cool and they stay crisp until spring.",
    ),
    "chocolate": (
        "Chocolate is made from the beans of the cocoa tree.",
        "A small dark piece goes a long way.",
    ),
    "music": ("Music is sound with a plan.", "Sing along, it works even when you are out of tune."),
    "a piano": (
        "A piano is a box of strings with eighty-eight keys.",
        "Ten minutes a day beat two hours once.",
    ),
    "a book": (
        "A book is somebody's thoughts between two covers.",
        "Read ten pages, then decide about the rest.",
    ),
    "a poem": ("A poem says much in few words.", "Read it aloud, slowly, and twice."),
    "chess": (
        "Chess is a game for two on sixty-four squares.",
        "Move your knights early and keep your king safe.",
    ),
    "running": (
        "Running is walking with both feet off the ground.",
        "Go slowly enough to talk, and you can go far.",
    ),
    "a train": ("A train is a row of wagons on rails.", "Sit by the window and let the country pass."),
    "a city": ("A city is many people who live close together.", "Walk it early, before the shops open."),
    "a computer": (
        "A computer is a machine that follows instructions.",
        "Turn it off and on again, it often helps.",
    ),
    "python": (
        "Python is a programming language that reads almost like English.",
        "Start with a small script.",
    ),
    "a password": (
        "A password is a secret word that opens an account.",
        "Make it long and never use it twice.",
    ),
    "the internet": (
        "The internet is many networks that talk to each other.",
        "Not everything written there is so.",
    ),
    "sleep": (
        "Sleep is the time in which body and mind repair themselves.",
        "Go to bed at the same hour each day.",
    ),
    "friendship": ("Friendship is liking each other without a reason.", "Call an old friend today."),
    "summer": ("Summer is the warmest season.", "Eat outside as often as you can."),
    "a model": ("A model is a program that learned from examples.", "I am a very small one."),
    "fine-tuning": (
        "Fine-tuning means to go on training a model on your own examples.",
        "A few dozen good ones change a lot.",
    ),
    "fine tuning": (
        "Fine-tuning means to go on training a model on your own examples.",
        "A few dozen good ones change a lot.",
    ),
    "an epoch": ("An epoch is one pass over all training examples.", "More of them help, until they do not."),
    "a learning rate": (
        "A learning rate says how far each step moves the weights.",
        "Too small is slow, too large forgets everything.",
    ),
    "a batch": ("A batch is the examples that make one step together.", "Larger ones give calmer curves."),
    "overfitting": (
        "Overfitting is learning the examples by heart.",
        "You see it when the validation loss turns up again.",
    ),
    "validation": (
        "Validation means to measure on examples that were not trained on.",
        "Keep some aside from the start.",
    ),
    "loss": (
        "Loss says how surprised the model is by the right answer.",
        "Lower is better, on new examples too.",
    ),
    "a checkpoint": (
        "A checkpoint is the model as it was at some step.",
        "Keep the one with the best validation.",
    ),
}

EXPLAIN = (
    "What is {x}?",
    "Explain {x}",
    "Can you explain {x} to me?",
    "Can you tell me what {x} is?",
    "Define {x}, please.",
    "What does {x} mean?",
    "what's {x}",
    "I wonder what {x} is.",
    "Do you know what {x} is?",
)
TELL = (
    "Tell me about {x}.",
    "Tell me something about {x}",
    "What do you know about {x}?",
    "Talk about {x} a little.",
    "I would like to hear about {x}.",
    "Say something about {x}",
    "What can you say about {x}?",
)
ADVISE = (
    "Any advice about {x}?",
    "Give me a tip about {x}",
    "What should I know about {x}?",
    "Do you have a tip on {x}?",
    "Some advice on {x}, please.",
)
LIKE = (
    "Do you like {x}?",
    "What do you think of {x}?",
    "How do you feel about {x}?",
    "Is {x} any good?",
)
WRITE = (
    "Write a sentence about {x}.",
    "Write a line about {x}",
    "Compose something short about {x}.",
    "Make up a sentence about {x}",
)
