"""What can go wrong in a way that the person who reads it can mend."""


class NotReady(Exception):
    """The step is allowed to this person, but not now. Each reason is a sentence for the reader."""

    def __init__(self, *reasons: str):
        super().__init__(*reasons)
        self.reasons = reasons


class Overtaken(Exception):
    """Somebody else was quicker: what the person saw is no longer what is stored."""

    def __init__(self, message: str, *, stored: object = None):
        super().__init__(message)
        self.message = message
        self.stored = stored
