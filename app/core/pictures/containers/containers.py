"""What a file wraps around its first picture, taken off before a decoder sees it.

`isolate` copies the parts that make the first picture's pixels into a small file, and reads which way is up and whose
colors it has. So text, profiles, later frames, and tables that point anywhere cost nothing, whatever they hold; and a
file that is cut off, or holds more parts than a picture can need, is found out here. It decodes no pixel. What is
behind the last pixel is never judged.
"""

import struct
from dataclasses import replace

from app.core.errors import N_, DamagedPicture
from app.core.pictures.containers import bmp, boxes, gif, icons, jpeg, netpbm, png, tiff, webp
from app.core.pictures.containers.first import First

CUT_OFF = N_("The picture's file is damaged or cut off. Copy or download it again.")
_READERS = {
    "PNG": png.isolate,
    "JPEG": jpeg.isolate,
    "WEBP": webp.isolate,
    "AVIF": boxes.isolate_items,
    "HEIF": boxes.isolate_items,
    "GIF": gif.isolate,
    "BMP": bmp.isolate,
    "TIFF": tiff.isolate,
    "JPEG2000": boxes.isolate_codestream,
    "ICO": icons.isolate,
    "PPM": netpbm.isolate,
}


def isolate(data: bytes, form: str) -> First:
    """The first picture of a file of that format, alone. Raises DamagedPicture and UnsupportedPicture."""
    try:
        first = _READERS[form](data)
        return replace(png.isolate(first.data), form="PNG") if first.form == "PNG" else first
    except (IndexError, ValueError, StopIteration, struct.error) as error:
        raise DamagedPicture(CUT_OFF, field="image") from error
