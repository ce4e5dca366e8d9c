"""Questions as they are also typed: without marks, or with a slip in every word of four letters or more."""

import random
import string
import unicodedata


def without_marks(question: str) -> str:
    """Strips every mark, as on a keyboard without Vietnamese."""
    bare = "".join(
        c for c in unicodedata.normalize("NFD", question) if not unicodedata.combining(c)
    )
    return bare.replace("đ", "d").replace("Đ", "D")


def with_slips(question: str, seed: int) -> str:
    """Leaves out, adds, changes or swaps a letter; the same for the same seed."""
    chance = random.Random(f"{seed} {question}")
    typed = unicodedata.normalize("NFC", question).split()
    return " ".join(_slip(w, chance) if len(w) >= 4 and w.isalpha() else w for w in typed)


def _slip(word: str, chance: random.Random) -> str:
    kind, at = chance.choice("-+~%"), chance.randrange(len(word))
    letter = chance.choice(string.ascii_lowercase)
    if kind == "-":
        return word[:at] + word[at + 1 :]
    if kind == "+":
        return word[:at] + letter + word[at:]
    if kind == "~":
        return word[:at] + letter + word[at + 1 :]
    at = min(at, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
