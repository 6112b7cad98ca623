"""What is known of detectors, and what an answer that failed leaves behind."""

import gc
import weakref

from dashboards.pictures.book import Book, closed


class Held:
    """Something that a caller has at hand."""


def turn(book: Book, held: Held) -> None:
    """As a page's turn: its frame has something large while it asks."""
    assert isinstance(held, Held)
    assert book.get("d") is None
    assert book.names() == ()


def test_an_answer_that_failed_keeps_nothing_of_its_callers() -> None:
    """An exception that is raised again keeps the frames it went through; a page's have a snapshot with all its pictures."""
    book = closed()
    turn(book, Held())
    held = Held()
    gone = weakref.ref(held)
    gc.disable()
    try:
        turn(book, held)
        del held
        assert gone() is None
    finally:
        gc.enable()
    assert "there is no service" in book.why("d")
