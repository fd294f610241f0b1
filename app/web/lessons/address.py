"""Where the lecture's pages are."""

from app.core.lessons.chapters import CHAPTERS, Chapter

PATH = "/lessons"
GLOSSARY = f"{PATH}/glossary"


def way_to(chapter: Chapter) -> str:
    """Its page."""
    return f"{PATH}/{chapter.number}"


def ways() -> tuple[str, ...]:
    """All pages of the lecture."""
    return PATH, GLOSSARY, *map(way_to, CHAPTERS)
