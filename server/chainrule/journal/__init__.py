"""What lasts of sessions and rooms: what makes them again, in one SQLite file."""

from chainrule.journal.journal import Entry, Journal, key_of

__all__ = ["Entry", "Journal", "key_of"]
