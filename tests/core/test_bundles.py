"""The files that are made from others: what they keep, what they write out for old browsers, how modules are joined."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from core.web import assets, bundles

CSS = """@charset "UTF-8";/*! licence */:root{--a:1}.btn,.row .btn{x:1}.row,.btn-close{x:2}@media print{
.row{x:3}.btn:hover{x:4}}@keyframes go{0%{x:5}}a:not(.btn,.row){x:6}[type=button]{x:7}"""


def test_a_subset_keeps_bare_elements_and_the_named_classes() -> None:
    kept = bundles.subset(CSS, {"btn"})
    assert kept == ":root{--a:1}.btn{x:1}@media print{.btn:hover{x:4}}[type=button]{x:7}"


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("a{padding-block:1px 2px}", "a{padding-top:1px;padding-bottom:2px}"),
        ("a{margin-inline: calc(1 * var(--s))}", "a{margin-left:calc(1 * var(--s));margin-right:calc(1 * var(--s))}"),
        ("a{inset: auto 0 0 0;}", "a{top:auto;right:0;bottom:0;left:0;}"),
        ("a{inset:0}", "a{top:0;right:0;bottom:0;left:0}"),
        ("a{inset:1px 2px}", "a{top:1px;right:2px;bottom:1px;left:2px}"),
        ("a{inset:1px 2px 3px}", "a{top:1px;right:2px;bottom:3px;left:2px}"),
        ("a{inset-inline:1px 2px}", "a{left:1px;right:2px}"),
        ("a{scroll-padding-block:9rem 6rem}", "a{scroll-padding-top:9rem;scroll-padding-bottom:6rem}"),
        ("a{margin-inline-start:1px;x:inset 0 1px}", "a{margin-inline-start:1px;x:inset 0 1px}"),
        ("@supports not (inset: 0){a{x:1}}", "@supports not (inset: 0){a{x:1}}"),
    ],
)  # fmt: skip
def test_shorthands_are_written_out(new: str, old: str) -> None:
    assert bundles.for_old_browsers(new) == old


def test_the_sheet_of_the_taking_page_has_no_young_shorthands_and_all_that_it_names() -> None:
    sheet = bundles.made(assets.contents())[bundles.SHEET].decode()
    assert not [found.group() for found in bundles._SHORTHAND.finditer(sheet)]
    assert ".form-check-input" in sheet
    assert ".carousel" not in sheet
    assert sheet.count("{") == sheet.count("}")


def test_modules_joined_into_one_script_keep_their_own_names(tmp_path: Path) -> None:
    files = {
        "js/a/main.js": b'/* first\n */\nimport { one } from "./one.js";\nimport { two, Three } from "./two.js";\n'
        b"const secret = one + two();\nconsole.log(JSON.stringify([secret, new Three().n]));\n",
        "js/a/one.js": b"const secret = 40;\nexport const one = secret;\n",
        "js/a/two.js": b'import { one } from "./one.js";\nconst secret = 2;\nexport function two() { return secret; }\n'
        b"export class Three { constructor() { this.n = one; } }\n",
    }
    joined = bundles.script(files, "js/a/main.js")
    assert joined.count("secret = 40") == 1
    assert "import" not in joined
    node = shutil.which("node")
    if node is None:
        pytest.skip("JOINED MODULES NOT RUN: no node on this machine (the stories run the real ones)")
    (tmp_path / "joined.js").write_text(joined, "utf-8")
    answer = subprocess.run([node, str(tmp_path / "joined.js")], capture_output=True, check=True)
    assert json.loads(answer.stdout) == [42, 40]
