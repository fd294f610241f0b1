"""The visitor's language, its sentences, and pages written in it.

Catalogs are read from app/locale/<language>/LC_MESSAGES/messages.po at start; nothing is compiled. It does not know
which sentences exist. How to renew the catalogs stands in CONTRIBUTING.md.
"""

import gettext
import io
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.web.addresses import Look

LANGUAGES = ("en", "es")
LOCALE = Path(__file__).parent.parent / "locale"
TEMPLATES = Path(__file__).parent.parent.parent / "templates"


def choose_language(request: Request) -> str:
    """`?lang=`, then the cookie `lang`, then Accept-Language; English if none of them names one of ours."""
    for wish in (request.query_params.get("lang"), request.cookies.get("lang")):
        if wish in LANGUAGES:
            return wish
    return _negotiate(request.headers.get("accept-language", ""))


def translate(language: str, message: str, values: dict[str, Any] | None = None) -> str:
    """The sentence in that language with its %(name)s places filled in; in English where it has no translation."""
    sentence = translations(language).gettext(message)
    return sentence % values if values else sentence


class Told(Protocol):
    """A sentence that was kept with the values for its places."""

    @property
    def message(self) -> str: ...

    @property
    def values(self) -> dict[str, Any]: ...


def say(told: Told | None, language: str) -> str | None:
    """The kept sentence in that language."""
    return translate(language, told.message, told.values) if told else None


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The sentences of one language, ready for gettext."""
    catalog = _catalog(language)
    if catalog is None:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


@cache
def js_messages(language: str, page: str) -> dict[str, str]:
    """The translated sentences of a page's scripts: those of its folder under static/js, and those all share."""
    catalog = _catalog(language)
    return {
        str(message.id): str(message.string)
        for message in catalog or ()
        if message.id and message.string and any(_is_of(page, place) for place, _ in message.locations)
    }


def render(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    """The template of that name in the visitor's language, with the way to all rooms; `page` names the one it is of."""
    language = choose_language(request)
    page = environment(language).get_template(name)
    static = f"/static/{request.app.state.static.word}"
    context = {
        "is_first": False,
        "look": Look(),
        "page": "",
        "modules": (),
        "request": request,
        "rooms": request.app.state.rooms,
        "static": static,
        "told": {},
    } | context
    context["say"] = partial(translate, language)
    response = HTMLResponse(
        page.render(language=language, languages=LANGUAGES, messages=js_messages(language, context["page"]), **context),
        status,
    )
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language, Cookie"
    response.headers["Cache-Control"] = "no-cache"
    if request.query_params.get("lang") == language:
        response.set_cookie("lang", language, max_age=31_536_000, samesite="lax")
    return response


def _is_of(page: str, place: str) -> bool:
    folder = place.removeprefix("static/js/")
    return folder != place and folder.partition("/")[0] in (page, "rooms", "shared", "api.js", "theme.js")


@cache
def environment(language: str) -> Environment:
    """Jinja with `_()` in that language; everything shown is escaped, a missing variable is an error."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], autoescape=True, undefined=StrictUndefined
    )
    jinja.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    return jinja


def _catalog(language: str) -> Catalog | None:
    source = LOCALE / language / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return None
    with source.open("rb") as lines:
        return read_po(lines, locale=language)


def _negotiate(header: str) -> str:
    """The best of our languages in an Accept-Language header; regions are ignored, so es-MX finds es."""
    best, weight = LANGUAGES[0], 0.0
    for entry in header[:1000].split(","):
        name, _, parameter = entry.strip().partition(";")
        language = name.strip().lower().split("-")[0]
        quality = _quality(parameter)
        if language in LANGUAGES and quality > weight:
            best, weight = language, quality
    return best


def _quality(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q=")) if parameter else 1.0
    except ValueError:
        return 0.0
