"""Which colors a file's numbers stand for, by the name of its color profile (ICC.1) or its code (ITU-T H.273).

The numbers are never changed by it (decision 20): a name is all that is told.
"""

OTHER = "other"
_NAMES = ("Display P3", "Adobe RGB", "ProPhoto RGB", "Rec. 2020")  # which the page knows, beside OTHER
_WORDS = {
    "Display P3": ("Display P3", "P3 D65", "DCI-P3", "DCI P3"),
    "Adobe RGB": ("Adobe RGB", "AdobeRGB", "opRGB"),
    "ProPhoto RGB": ("ProPhoto", "ROMM RGB"),
    "Rec. 2020": ("Rec. 2020", "Rec.2020", "Rec2020", "BT.2020", "BT2020"),
}
_PLAIN = ("sRGB", "uRGB", "IEC61966-2", "IEC 61966-2")
_CODES = {9: "Rec. 2020", 11: "Display P3", 12: "Display P3"}  # ColorPrimaries
_PLAIN_CODES = (1, 2)  # sRGB's own, and unspecified
_SEARCHED = 1 << 16  # bytes of a profile that hold its description
_SPACE = slice(16, 20)  # of the header: which numbers the profile is for


def name_profile(profile: bytes) -> str:
    """A name of ours for an ICC profile; nothing for sRGB, gray, inks and what is no profile."""
    if profile[_SPACE] != b"RGB " or _holds(profile, _PLAIN):
        return ""
    return next((name for name in _NAMES if _holds(profile, _WORDS[name])), OTHER)


def name_code_points(primaries: int) -> str:
    """The same of a code for the primaries."""
    return "" if primaries in _PLAIN_CODES else _CODES.get(primaries, OTHER)


def _holds(profile: bytes, words: tuple[str, ...]) -> bool:
    part = profile[:_SEARCHED]
    return any(word.encode(code) in part for word in words for code in ("ascii", "utf-16-be"))
