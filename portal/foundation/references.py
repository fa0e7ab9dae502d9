"""Public ids that can't be counted: random base32 with a check letter, such as PA-7K3QXNBB."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# 34 thousand million of each kind: among 100,000 agreements, one chance in 300,000 that a new one meets another.
LENGTH = 7


def check_letter(letters: str) -> str:
    """Weighted so that one wrong letter, or two neighbours exchanged, doesn't pass."""
    return ALPHABET[sum((2 * place + 1) * ALPHABET.index(letter) for place, letter in enumerate(letters)) % 32]


def new(prefix: str) -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{prefix}-{letters}{check_letter(letters)}"


def read(typed: str, prefix: str) -> str | None:
    """The reference that somebody typed, or None: case, spaces and dashes don't matter, O reads as 0, I and L as 1."""
    letters = "".join(typed.upper().replace(prefix + "-", "", 1).split()).replace("-", "")
    letters = letters.translate(str.maketrans("OIL", "011"))
    if len(letters) != LENGTH + 1 or any(letter not in ALPHABET for letter in letters):
        return None
    return f"{prefix}-{letters}" if check_letter(letters[:-1]) == letters[-1] else None
