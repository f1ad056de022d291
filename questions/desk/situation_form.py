"""The form of a situation with its media: each file has a description, old ones are kept or left out."""

from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired

from core.errors import Invalid
from core.text import tidy
from core.web.forms import at_most
from questions.bank import situation_queries
from questions.bank.media import media_type
from questions.bank.models import SituationVersion
from questions.bank.situations import ALT_MAX
from questions.desk.forms import line, lines
from questions.items import SITUATION_MAX, Media, Situation

MEDIA_MAX = 4


class Uploads(Field):
    """New files under one name, each with its description under ``<name>_alt``, in the same order."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the files that were chosen; an empty file field is none."""
        files = request.files.getlist(self.name)
        alts = [tidy(text) for text in request.form.getlist(f"{self.name}_alt")]
        alts += [""] * (len(files) - len(alts))
        self.data = []
        for file, alt in zip(files, alts, strict=False):
            with file.stream:
                if file.filename:
                    self.data.append((file.filename, alt, file.read()))


class SituationForm(FlaskForm):
    """Soạn hoặc sửa tình huống; the code names it in the bank and never changes.

    ``number`` is the number of the wording that the editor sees.
    """

    number = HiddenField()

    code = StringField(_l("Mã tình huống"), [DataRequired(_l("Đề nghị nhập mã, ví dụ: TH-01.")), at_most(60)], [line])
    title = StringField(_l("Tên tình huống"), [at_most(200)], [line])
    text = TextAreaField(
        _l("Nội dung"), [DataRequired(_l("Đề nghị nhập nội dung tình huống.")), at_most(SITUATION_MAX)], [lines]
    )
    media = Uploads(_l("Hình, âm thanh, video"))

    def kept(self, row: SituationVersion | None) -> list[dict[str, str]]:
        """The stored media as the form has them: ``keep`` where ticked, ``alt`` as typed; all before it was sent."""
        stored = row.media if row else []
        if not self.is_submitted():
            return [m | {"keep": "y"} for m in stored]
        ticked = set(request.form.getlist("keep"))
        return [
            m | {"keep": "y" if m["sha256"] in ticked else "", "alt": tidy(request.form.get(f"alt-{m['sha256']}", ""))}
            for m in stored
        ]

    def situation(self, row: SituationVersion | None) -> Situation | None:
        """What was typed as plain data; ``None`` when a file is refused, with the sentence at the field."""
        stored = situation_queries.media(row) if row else {}
        media = [
            Media(stored[m["sha256"]].name, m["type"], m["alt"], stored[m["sha256"]].data)
            for m in self.kept(row)
            if m["keep"]
        ]
        try:
            media += [Media(name, media_type(data), alt, data) for name, alt, data in self.media.data or ()]
        except Invalid as error:
            self.media.errors = [gettext(error.message)]
            return None
        problem = self._problem(media)
        if problem:
            self.media.errors = [problem]
            return None
        return Situation(
            row.code if row else self.code.data or "", self.text.data or "", self.title.data or "", tuple(media)
        )

    def _problem(self, media: list[Media]) -> str | None:
        if len(media) > MEDIA_MAX:
            return str(gettext("Mỗi tình huống có tối đa 4 tệp."))
        for one in media:
            if not one.alt and one.type.startswith("image/"):
                return str(gettext("Hình “%(name)s” chưa có lời mô tả cho người không xem được hình.", name=one.name))
            if not one.alt:
                return str(gettext("Tệp “%(name)s” chưa có lời thoại hoặc mô tả nội dung.", name=one.name))
            if len(one.alt) > ALT_MAX:
                return str(gettext("Mô tả của tệp “%(name)s” dài quá 2.000 ký tự.", name=one.name))
        return None
