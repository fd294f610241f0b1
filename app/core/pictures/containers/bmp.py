"""BMP, which is one picture anyway."""

from app.core.errors import N_, UnsupportedPicture
from app.core.pictures.containers.first import First

RUN_LENGTH_BYTES = 1 << 22  # of a compressed file, which Pillow unpacks slowly, in Python
_RUN_LENGTHS = (1, 2)


def isolate(data: bytes) -> First:
    """The file as it is."""
    check_compression(data[30:34], len(data))
    return First(data)


def check_compression(field: bytes, length: int) -> None:
    """Raises UnsupportedPicture for long files of runs."""
    if int.from_bytes(field, "little") in _RUN_LENGTHS and length > RUN_LENGTH_BYTES:
        raise UnsupportedPicture(
            N_("The BMP file is compressed and has %(value)d bytes; such files are read up to %(limit)d bytes. "
               "Save it as PNG."),
            field="image", value=length, limit=RUN_LENGTH_BYTES,
        )  # fmt: skip
