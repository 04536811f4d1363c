"""Short English texts to type, written for this project."""

from __future__ import annotations

import numpy as np

#: Everyday sentences with every letter, digits and common punctuation.
SENTENCES = (
    "the train to the coast leaves at 9 and comes back after dark",
    "we packed two jackets, a map and quite a lot of bread",
    "please ask zoe if the box from last week has arrived yet",
    "my neighbour keeps bees and gives us a jar of honey each june",
    "the question was easy but nobody knew how to begin",
    "he fixed the lamp with a bit of wire and some patience",
    "it rained for 6 days, then the river took the old bridge",
    "they were walking home when the lights went out",
    "a small dog ran across the square and hid under the table",
    "write the numbers 4, 17 and 802 on the back of the card",
    "i would rather wait here than stand in that long queue",
    "her voice was calm and the whole room became quiet",
    "can you bring the keys, the blue folder and a pen",
    "good coffee needs clean water and a little time",
    "the garden looks better since we stopped cutting everything",
    "six of the windows face north, so the house stays cool",
    "everyone laughed except the man who had lost his hat",
    "the museum opens at 10 and closes at 5 on weekdays",
    "just mix the flour with warm milk and let it rest",
    "there was frost on the roof and smoke above the village",
    "open the second drawer and look behind the books",
    "our teacher explained it twice, first slowly and then with chalk",
    "the price went up by 30 percent in less than 2 years",
    "she plays the violin in a group that meets every monday",
    "do not forget to water the plants while we are away",
    "from the hill you can see the harbour and both islands",
    "an honest answer is usually shorter than an excuse",
    "the quick lizard vanished between the warm stones",
    "he said that the job was done, but the paint was still wet",
    "we need 12 chairs, 3 tables and one large pot",
    "please send the report before friday and keep a copy",
    "the children built a tower of wooden blocks and knocked it down",
    "after the storm the beach was covered with shells and rope",
    "it takes about an hour to get used to the new keyboard",
    "their first plan failed, so they tried something simpler",
    "the old clock in the hall is always seven minutes slow",
    "put the camera on the shelf and point it at the paper",
    "a glass of water, a dry towel and a window to look out of",
    "when the phone rang nobody wanted to answer it",
    "the museum guide knew the name of every single painter",
    "he was born in 1958 and still rides his bicycle to work",
    "you can borrow the book as long as you bring it back",
    "extra salt ruins the soup, but a lemon may save it",
    "their jazz band practised in a garage behind the bakery",
    "no one expected the exam to be that hard",
    "the path follows the river and then climbs through the forest",
    "wash the grapes, cut the cheese and call the others",
    "it is better to measure twice than to cut twice",
    "yesterday we found a fox asleep on the warm engine",
    "the new road will pass through 8 villages and a tunnel",
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_OTHERS = "1234567890,.;'/-"


def english(rng: np.random.Generator, characters: int) -> str:
    """Sentences in random order with capitals and full stops, about this many characters."""
    parts: list[str] = []
    while sum(len(part) + 2 for part in parts) < characters:
        order = rng.permutation(len(SENTENCES))[:4]
        parts.extend(SENTENCES[i][0].upper() + SENTENCES[i][1:] + "." for i in order)
    text = " ".join(parts)
    cut = text.find(" ", characters)
    return text if cut < 0 else text[:cut]


def mixed(rng: np.random.Generator, characters: int) -> str:
    """English words among random ones, so that rare keys come as often as a model needs them."""
    words = " ".join(SENTENCES).split()
    parts: list[str] = []
    while sum(len(part) + 1 for part in parts) < characters:
        kind = rng.random()
        if kind < 0.55:
            parts.append(str(rng.choice(words)))
        elif kind < 0.85:
            parts.append("".join(rng.choice(list(_LETTERS), int(rng.integers(2, 8)))))
        else:
            parts.append("".join(rng.choice(list(_OTHERS), int(rng.integers(1, 5)))))
        if rng.random() < 0.06:
            parts[-1] = parts[-1].capitalize()
    return " ".join(parts)
