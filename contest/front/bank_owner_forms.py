"""Forms of the page where banks meet agencies and people."""

from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from contest.agencies import queries as agencies
from contest.agencies.api import AgencyOption, options
from core.clock import LOCAL
from core.text import fold, tidy
from core.web.pages import request_now
from questions.bank.models import PROVINCE

ROLES = {"author": _l("Người biên soạn"), "reviewer": _l("Người thẩm định")}
NEEDED = DataRequired(_l("Đề nghị điền mục này."))


@dataclass
class Picked:
    """An owner as chosen, or (without JavaScript) the agencies that the typed text may mean."""

    owner_id: int = PROVINCE
    options: list[AgencyOption] = field(default_factory=list)


class OwnerForm(FlaskForm):
    """The province or an agency, found as on the page of registration."""

    scope = RadioField(
        _l("Đơn vị chủ quản"),
        choices=[SelectChoice("province", _l("Tỉnh")), SelectChoice("agency", _l("Một đơn vị"))],
        default="province",
        validate_choice=False,
    )
    agency = StringField(_l("Đơn vị"))
    agency_code = HiddenField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.picked = Picked()

    def validate_scope(self, field: Field) -> None:
        """Read the choice."""
        if field.data not in ("province", "agency"):
            raise ValidationError(_l("Đề nghị chọn tỉnh hoặc một đơn vị."))

    def validate_agency(self, field: Field) -> None:
        """One agency: the one picked, or the only one whose name was typed."""
        if self.scope.data != "agency":
            return
        typed, code = field.data or "", self.agency_code.data
        found = options(typed)
        if not code:
            exact = [option.code for option in found if fold(option.name) == fold(typed)]
            code = exact[0] if len(exact) == 1 else None
        elif typed and all(option.code != code for option in found):
            code = None  # what was typed after picking means another agency
        row = agencies.pickable(code, today=request_now().astimezone(LOCAL).date()) if code else None
        if row is None:
            self.picked.options = found
            raise ValidationError(_l("Đề nghị chọn đơn vị trong danh sách gợi ý."))
        self.picked.owner_id = row.id


class BankForm(OwnerForm):
    """Tạo ngân hàng câu hỏi."""

    name = StringField(
        _l("Tên ngân hàng câu hỏi"),
        [NEEDED, Length(min=3, max=200, message=_l("Tên ngân hàng câu hỏi cần từ 3 đến 200 ký tự."))],
        [lambda text: tidy(text or "")],
    )


class ShareForm(OwnerForm):
    """Dùng chung ngân hàng câu hỏi; ``owner_id`` is the bank's own."""

    def __init__(self, *args: object, owner_id: int | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.owner_id = owner_id
        if not self.is_submitted() or self.scope.raw_data is None:
            self.scope.data = "agency"

    def validate_agency(self, field: Field) -> None:
        """Somebody else than its owner."""
        super().validate_agency(field)
        if self.picked.owner_id == self.owner_id:
            raise ValidationError(_l("Đây chính là chủ quản của ngân hàng. Đề nghị chọn đơn vị khác."))


class RoleForm(FlaskForm):
    """Giao vai trò."""

    login = StringField(
        _l("Số điện thoại hoặc tên đăng nhập"), [NEEDED, Length(max=64, message=_l("Không dài quá 64 ký tự."))]
    )
    role = RadioField(_l("Vai trò"), choices=[SelectChoice(*role) for role in ROLES.items()], validate_choice=False)
    scope = RadioField(
        _l("Phạm vi"),
        choices=[
            SelectChoice("province", _l("Các ngân hàng của tỉnh và mọi đơn vị")),
            SelectChoice("agency", _l("Các ngân hàng của đơn vị người đó và đơn vị trực thuộc")),
        ],
        validate_choice=False,
    )

    def validate_role(self, field: Field) -> None:
        """One of the two."""
        if field.data not in ROLES:
            raise ValidationError(_l("Đề nghị chọn vai trò."))

    def validate_scope(self, field: Field) -> None:
        """How far it reaches."""
        if field.data not in ("province", "agency"):
            raise ValidationError(_l("Đề nghị chọn phạm vi."))
