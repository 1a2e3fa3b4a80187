"""Uploaded pictures: which are accepted, and in which sizes pages show them."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from PIL import Image, ImageSequence
from wagtail.images.fields import WagtailImageField
from wagtail.images.formats import get_image_formats
from wagtail.images.forms import BaseImageForm

MARKUP = re.compile(rb"<(?:script|html|!doctype|svg|\?php)\b", re.IGNORECASE)


def sizes_on_pages() -> frozenset[str]:
    """The sizes in which a text can show a picture. Wagtail's admin uses all others."""
    return frozenset(each.filter_spec for each in get_image_formats())


class PictureField(WagtailImageField):
    """Accepts a complete picture and nothing else. (Wagtail's own field looks at the first bytes, and fails on a file
    that is broken further on.)"""

    def check_image_pixel_size(self, file: Any) -> None:
        file.seek(0)
        if not is_a_picture(file.read(), self.max_image_pixels):
            raise ValidationError(
                _(
                    "This file is damaged, has more than %(millions)s million pixels, or holds more than a picture. "
                    "Open it in an image editor, save a copy and upload the copy."
                )
                % {"millions": self.max_image_pixels // 10**6}
            )
        file.seek(0)


class PictureForm(BaseImageForm):
    file = PictureField(label=_lazy("File"), widget=forms.FileInput)


def is_a_picture(data: bytes, most_pixels: int) -> bool:
    """Whether every pixel can be read, and no data follows that another program could read as its own format."""
    try:
        with Image.open(BytesIO(data)) as image:
            if image.width * image.height * getattr(image, "n_frames", 1) > most_pixels:
                return False
            for frame in ImageSequence.Iterator(image):
                frame.load()
        return not MARKUP.search(data) and (image.format != "GIF" or end_of_gif(data) == len(data))
    except Exception:  # noqa: BLE001 (Pillow raises whatever its readers of formats raise)
        return False


def end_of_gif(data: bytes) -> int:
    """The position after the last block. A file may begin as a GIF and contain a script after the picture."""
    at = 13 + colours(data[10])
    while data[at] != 0x3B:
        is_extension = data[at] == 0x21
        at += 2 if is_extension else 11 + colours(data[at + 9])
        while length := data[at]:
            at += 1 + length
        at += 1
    return at + 1


def colours(flags: int) -> int:
    """The number of bytes of a table of colours, or 0 where the flags say there is none."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
