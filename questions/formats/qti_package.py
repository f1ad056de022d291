"""QTI packages and single item files: from bytes to ``Reading``. Pure."""

import posixpath
import zipfile
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from core.errors import Invalid
from core.i18n import N_
from questions.formats.bounds import FILE_MAX, member, open_zip, parse_xml, refuse_many
from questions.formats.qti_reading import CODE_MAX, Remarks, item_of, situation_of
from questions.formats.qti_xml import LOM_NS, attribute, child, name_of
from questions.items import Found, Item, Problem, Reading, Situation, checked

MANIFEST = "imsmanifest.xml"
XML_MAX = 2 * 1024 * 1024
_NO_ITEMS = N_("Không tìm thấy câu hỏi QTI nào trong tệp.")


class _Resource(NamedTuple):
    """A file that the manifest lists: its kind (item, stimulus, test, old), path and LOM record."""

    kind: str
    path: str
    record: etree._Element | None


def read(data: bytes) -> Reading:
    """Questions and situations of a package, or the one question of an item file."""
    if data[:4] != b"PK\x03\x04":
        return _read_item_file(parse_xml(data))
    with open_zip(data) as archive:
        return _Package(archive, set(archive.namelist())).read()


def _read_item_file(root: etree._Element) -> Reading:
    if name_of(root) == "manifest":
        raise Invalid(
            N_("Đây chỉ là tệp kê khai của gói QTI. Đề nghị nhập cả gói (.zip) có các tệp câu hỏi."), code="not-qti"
        )
    if name_of(root) != "assessmentItem":
        raise Invalid(
            N_("Tệp XML không phải là câu hỏi QTI 2.1, 2.2 hoặc 3.0 (phần tử gốc “%(name)s”)."),
            code="not-qti",
            name=name_of(root)[:60],
        )
    remarks = Remarks("Câu 1")
    item = item_of(root, None, "", remarks)
    if child(root, "assessmentStimulusRef") is not None:
        remarks.wrong(N_("Câu hỏi thuộc một tình huống ở tệp khác. Đề nghị nhập cả gói QTI (.zip)."))
    good, faulty = checked([Found(item, remarks.at)] if item else [])
    return Reading(good, (), (*remarks.problems, *faulty), tuple(remarks.notes))


@dataclass(slots=True)
class _Package:
    archive: zipfile.ZipFile
    names: set[str]

    def read(self) -> Reading:
        """Every item that the manifest lists, and the situations of every stimulus."""
        resources = self._resources()
        items = [one for one in resources if one.kind == "item"]
        refuse_many(len(items))
        situations, problems = self._situations(resources)
        notes = [
            Problem(one.path[-60:], N_("Cấu trúc bài thi (assessmentTest) không được đọc, chỉ đọc các câu hỏi."))
            for one in resources
            if one.kind == "test"
        ]
        problems += [
            Problem(one.path[-60:], N_("Câu hỏi QTI 1.2 chưa dùng được; đề nghị xuất lại theo QTI 2.1 trở lên."))
            for one in resources
            if one.kind == "old"
        ]
        if not items and not situations and not problems:
            raise Invalid(_NO_ITEMS, code="no-questions")
        found: list[Found] = []
        for number, resource in enumerate(items, start=1):
            remarks = Remarks(f"Câu {number} ({posixpath.basename(resource.path)[-60:]})")
            item = self._item(resource, situations, remarks)
            if item is not None and not remarks.problems:
                found.append(Found(item, remarks.at))
            problems += remarks.problems
            notes += remarks.notes
        good, faulty = checked(found)
        known = {situation.code for situation in situations.values()}
        lost = [
            Problem(one.at, N_("Tệp không có tình huống “%(code)s” mà câu hỏi dẫn tới."), {"code": one.item.situation})
            for one in good
            if one.item.situation and one.item.situation not in known
        ]
        return Reading(good, tuple(situations.values()), (*problems, *faulty, *lost), tuple(notes))

    def _resources(self) -> list[_Resource]:
        """What the manifest lists; it stands in the root, or in a folder that was packed as a whole."""
        manifests = sorted((name for name in self.names if posixpath.basename(name) == MANIFEST), key=len)
        if not manifests:
            raise Invalid(
                N_("Tệp nén không có %(name)s nên không phải là gói QTI. Đề nghị xuất lại gói QTI 2.1 hoặc 3.0."),
                code="not-qti",
                name=MANIFEST,
            )
        root = parse_xml(member(self.archive, manifests[0], FILE_MAX))
        found: dict[str, _Resource] = {}
        for node in root.iterfind("{*}resources/{*}resource"):
            kind = _kind(node.get("type", ""))
            file = node.find("{*}file")
            href = node.get("href") or ("" if file is None else file.get("href", ""))
            path = _beside(manifests[0], href)
            if kind and path not in found:
                found[path] = _Resource(kind, path, node.find(f"{{*}}metadata/{{{LOM_NS}}}lom"))
        return list(found.values())

    def _situations(self, resources: list[_Resource]) -> tuple[dict[str, Situation], list[Problem]]:
        """Situations by the path of their file, each under a code of its own."""
        found: dict[str, Situation] = {}
        problems: list[Problem] = []
        codes: set[str] = set()
        for resource in resources:
            if resource.kind != "stimulus":
                continue
            remarks = Remarks(f"Tình huống ({posixpath.basename(resource.path)[-60:]})")
            root = self._root(resource.path, remarks)
            if root is not None:
                situation = situation_of(root, resource.record, partial(self._file, resource.path), remarks)
                if not situation.code or situation.code in codes:
                    remarks.wrong(N_("Mã tình huống “%(code)s” để trống hoặc trùng."), code=situation.code)
                codes.add(situation.code)
                found[resource.path] = situation
            problems += remarks.problems
        return found, problems

    def _item(self, resource: _Resource, situations: dict[str, Situation], remarks: Remarks) -> Item | None:
        root = self._root(resource.path, remarks)
        if root is None:
            return None
        if name_of(root) != "assessmentItem":
            remarks.wrong(N_("Tệp không phải là câu hỏi QTI 2.1, 2.2 hoặc 3.0."))
            return None
        reference = child(root, "assessmentStimulusRef")
        code = ""
        if reference is not None:
            situation = situations.get(_beside(resource.path, reference.get("href", "")))
            code = situation.code if situation else (attribute(reference, "identifier") or "?")[:CODE_MAX]
        return item_of(root, resource.record, code, remarks)

    def _root(self, path: str, remarks: Remarks) -> etree._Element | None:
        try:
            return parse_xml(member(self.archive, path, XML_MAX))
        except Invalid as error:
            remarks.problems.append(
                Problem(remarks.at, error.message, {name: str(value) for name, value in error.params.items()})
            )
            return None

    def _file(self, path: str, href: str) -> bytes | None:
        name = _beside(path, href)
        return member(self.archive, name, FILE_MAX) if name in self.names else None


def _beside(path: str, href: str) -> str:
    """The member that a relative reference in ``path`` means; nothing outside the package has such a name."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(href.partition("#")[0])))


def _kind(resource_type: str) -> str:
    """What a resource is by its type: ``imsqti_item_xmlv3p0``, ``imsqti_apipitem_xmlv2p1``, …"""
    known = resource_type.casefold()
    if not known.startswith("imsqti"):
        return ""
    for word in ("item", "stimulus", "test"):
        if word in known:
            return word
    return "old" if "v1p" in known else ""
