"""A ``Bundle`` as a QTI 3.0 package. Pure.

Built after the 1EdTech examples (github.com/1EdTech/qti-examples, qtiv3-examples/packaging:
``sharedStimulus`` and ``metaData``) and the element order of imsqti_asiv3p0_v1p0.xsd.
"""

import io
import zipfile
from collections.abc import Iterator

from lxml import etree

from questions.formats.qti_xml import ITEM_NS, LOM_NS, MEDIA_TYPES, METADATA_NS, OWN, PACKAGE_NS
from questions.items import Bundle, Item, Kind, Media, Situation

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LEVELS = {1: "easy", 2: "medium", 3: "difficult"}
_ENDINGS = {kind: ending for ending, kind in reversed(MEDIA_TYPES.items())}
_MATCH = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSD = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TITLE_MAX = 80


def write(bundle: Bundle) -> bytes:
    """A zip with the manifest first, a file per situation with its media, a file per question."""
    situations = {situation.code: situation for situation in reversed(bundle.situations)}
    ordered = [situations[code] for code in dict.fromkeys(one.code for one in bundle.situations)]
    names = {situation.code: f"situation-{number:03}" for number, situation in enumerate(ordered, start=1)}
    manifest, resources = _manifest()
    files: dict[str, bytes] = {}
    for situation in ordered:
        name = names[situation.code]
        media = {f"{name}-{number}.{_ending(one)}": one for number, one in enumerate(situation.media, start=1)}
        files[f"situations/{name}.xml"] = _bytes(_stimulus(name, situation, media))
        files |= {f"situations/{file}": one.data for file, one in media.items()}
        _stimulus_resource(resources, name, situation, media)
    for number, item in enumerate(bundle.items, start=1):
        name = f"question-{number:05}"
        stimulus = names.get(item.situation, "")
        files[f"questions/{name}.xml"] = _bytes(_item(name, item, stimulus))
        _item_resource(resources, name, item, stimulus)
    return _zip({"imsmanifest.xml": _bytes(manifest), **files})


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            # The epoch of zip: the same questions give the same bytes, whenever they are written.
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _add(parent: etree._Element, tag: str, text: str | None = None, /, **attributes: str) -> etree._Element:
    """A child in its parent's namespace; ``max_choices`` stands for ``max-choices``."""
    namespace = parent.tag.partition("}")[0]
    node = etree.SubElement(parent, f"{namespace}}}{tag}")
    for key, value in attributes.items():
        node.set(key.replace("_", "-"), value)
    node.text = text
    return node


def _root(name: str, namespace: str, schema: str, **prefixes: str) -> etree._Element:
    spaces: dict[str | None, str] = {None: namespace, "xsi": _XSI}
    spaces.update(prefixes)
    root = etree.Element(f"{{{namespace}}}{name}", nsmap=spaces)
    root.set(f"{{{_XSI}}}schemaLocation", f"{namespace} {_XSD}/{schema}")
    return root


def _item(name: str, item: Item, stimulus: str) -> etree._Element:
    root = _root("qti-assessment-item", ITEM_NS, "imsqti_asiv3p0_v1p0.xsd")
    title = item.code or " ".join(item.stem.split())[:_TITLE_MAX]
    for key, value in {"identifier": name, "title": title, "adaptive": "false", "time-dependent": "false"}.items():
        root.set(key, value)
    root.set(_LANG, "vi")
    multiple = item.kind is Kind.MULTIPLE
    response = _add(
        root,
        "qti-response-declaration",
        identifier="RESPONSE",
        cardinality="multiple" if multiple else "single",
        base_type="identifier",
    )
    right = _add(response, "qti-correct-response")
    for position in item.keys:
        _add(right, "qti-value", _LETTERS[position])
    score = _add(root, "qti-outcome-declaration", identifier="SCORE", cardinality="single", base_type="float")
    _add(_add(score, "qti-default-value"), "qti-value", "0")
    if item.explanation:
        _add(root, "qti-outcome-declaration", identifier="FEEDBACK", cardinality="single", base_type="identifier")
    if stimulus:
        _add(root, "qti-assessment-stimulus-ref", identifier=stimulus, href=f"../situations/{stimulus}.xml")
    _body(root, item)
    _processing(root, explained=bool(item.explanation))
    if item.explanation:
        feedback = _add(
            root, "qti-modal-feedback", outcome_identifier="FEEDBACK", show_hide="show", identifier="EXPLANATION"
        )
        _paragraphs(_add(feedback, "qti-content-body"), item.explanation)
    return root


def _body(root: etree._Element, item: Item) -> None:
    interaction = _add(
        _add(root, "qti-item-body"),
        "qti-choice-interaction",
        response_identifier="RESPONSE",
        shuffle=str(item.shuffle).lower(),
        max_choices="0" if item.kind is Kind.MULTIPLE else "1",
    )
    first, *rest = item.stem.split("\n")
    prompt = _add(interaction, "qti-prompt", first)
    for line in rest:
        _add(prompt, "br").tail = line
    for letter, choice in zip(_LETTERS, item.choices, strict=False):
        _add(interaction, "qti-simple-choice", choice, identifier=letter)


def _processing(root: etree._Element, *, explained: bool) -> None:
    """All right or nothing, as the template ``match_correct``; an explanation is shown after any answer."""
    if not explained:
        _add(root, "qti-response-processing", template=_MATCH)
        return
    processing = _add(root, "qti-response-processing")
    condition = _add(processing, "qti-response-condition")
    hit = _add(condition, "qti-response-if")
    match = _add(hit, "qti-match")
    _add(match, "qti-variable", identifier="RESPONSE")
    _add(match, "qti-correct", identifier="RESPONSE")
    for branch, points in ((hit, "1"), (_add(condition, "qti-response-else"), "0")):
        value = _add(branch, "qti-set-outcome-value", identifier="SCORE")
        _add(value, "qti-base-value", points, base_type="float")
    shown = _add(processing, "qti-set-outcome-value", identifier="FEEDBACK")
    _add(shown, "qti-base-value", "EXPLANATION", base_type="identifier")


def _paragraphs(parent: etree._Element, text: str) -> None:
    """A ``<p>`` per line; an empty one keeps an empty line."""
    for line in text.split("\n"):
        _add(parent, "p", line or None)


def _stimulus(name: str, situation: Situation, media: dict[str, Media]) -> etree._Element:
    root = _root("qti-assessment-stimulus", ITEM_NS, "imsqti_asiv3p0_v1p0.xsd")
    root.set("identifier", name)
    root.set("title", situation.title or situation.code)
    root.set(_LANG, "vi")
    body = _add(root, "qti-stimulus-body")
    _paragraphs(body, situation.text)
    for file, one in media.items():
        if one.type.startswith("image/"):
            _add(_add(body, "p"), "img", src=file, alt=one.alt)
        else:
            kind = "video" if one.type.startswith("video/") else "audio"
            node = _add(body, kind, src=file, controls="true")
            node.set("aria-label", one.alt)
    return root


def _ending(media: Media) -> str:
    return _ENDINGS.get(media.type, "bin")


def _manifest() -> tuple[etree._Element, etree._Element]:
    """The manifest and its empty ``resources``."""
    root = _root("manifest", PACKAGE_NS, "imsqtiv3p0_imscpv1p2_v1p0.xsd", imsmd=LOM_NS, imsqti=METADATA_NS, tthc=OWN)
    root.set("identifier", "MANIFEST")
    metadata = _add(root, "metadata")
    _add(metadata, "schema", "QTI Package")
    _add(metadata, "schemaversion", "3.0.0")
    _add(root, "organizations")
    return root, _add(root, "resources")


def _item_resource(resources: etree._Element, name: str, item: Item, stimulus: str) -> None:
    href = f"questions/{name}.xml"
    resource = _add(resources, "resource", identifier=name, type="imsqti_item_xmlv3p0", href=href)
    metadata = _add(resource, "metadata")
    described = etree.SubElement(metadata, f"{{{METADATA_NS}}}qtiMetadata")
    _add(described, "interactionType", "choiceInteraction")
    lom = etree.SubElement(metadata, f"{{{LOM_NS}}}lom")
    for part in _lom_parts(item):
        lom.append(part)
    own = etree.SubElement(lom, f"{{{OWN}}}question", kind=item.kind.value)
    for key, value in (("code", item.code), ("source", item.source), ("situation", item.situation)):
        if value:
            own.set(key, value)
    for citation in item.citations:
        _add(own, "citation", document=citation.document, article=citation.article)
    _add(resource, "file", href=href)
    if stimulus:
        _add(resource, "dependency", identifierref=stimulus)


def _lom_parts(item: Item) -> Iterator[etree._Element]:
    """What IEEE LOM has words for: tags, difficulty, topic."""
    if item.tags:
        general = etree.Element(f"{{{LOM_NS}}}general")
        for tag in item.tags:
            _add(_add(general, "keyword"), "string", tag, language="vi")
        yield general
    if item.difficulty:
        educational = etree.Element(f"{{{LOM_NS}}}educational")
        difficulty = _add(educational, "difficulty")
        _add(difficulty, "source", "LOMv1.0")
        _add(difficulty, "value", _LEVELS[item.difficulty])
        yield educational
    if item.topic:
        classification = etree.Element(f"{{{LOM_NS}}}classification")
        purpose = _add(classification, "purpose")
        _add(purpose, "source", "LOMv1.0")
        _add(purpose, "value", "discipline")
        taxon = _add(_add(classification, "taxonPath"), "taxon")
        _add(_add(taxon, "entry"), "string", item.topic, language="vi")
        yield classification


def _stimulus_resource(resources: etree._Element, name: str, situation: Situation, media: dict[str, Media]) -> None:
    href = f"situations/{name}.xml"
    resource = _add(resources, "resource", identifier=name, type="imsqti_stimulus_xmlv3p0", href=href)
    lom = etree.SubElement(_add(resource, "metadata"), f"{{{LOM_NS}}}lom")
    own = etree.SubElement(lom, f"{{{OWN}}}situation", code=situation.code, title=situation.title)
    for file, one in media.items():
        _add(own, "media", href=file, name=one.name, type=one.type, alt=one.alt)
    for file in (f"{name}.xml", *media):
        _add(resource, "file", href=f"situations/{file}")
