"""One value, one byte form; and the random identifiers, which must have no form at all."""

import hashlib
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.canonical import canonical_json, sha256
from core.ids import public_id, receipt_code

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
quick = settings(max_examples=100, deadline=None)


def _turned(value: Any) -> Any:
    """The same value with every object's members the other way round and every list a tuple."""
    if isinstance(value, dict):
        return {key: _turned(value[key]) for key in reversed(value)}
    return tuple(_turned(item) for item in value) if isinstance(value, list) else value


def test_the_form_is_fixed() -> None:
    value = {"b": [1, True, None], "a": "Nghệ An", "Đ": {"y": (), "x": 'nháy "kép"'}}
    assert canonical_json(value) == '{"a":"Nghệ An","b":[1,true,null],"Đ":{"x":"nháy \\"kép\\"","y":[]}}'


@quick
@given(VALUES)
def test_equal_values_have_equal_bytes_and_survive_reading(value: Any) -> None:
    text = canonical_json(value)
    assert canonical_json(_turned(value)) == text
    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text
    text.encode("utf-8")


@quick
@given(VALUES, VALUES)
def test_different_values_have_different_bytes(one: Any, other: Any) -> None:
    # JSON tells true from 1, Python does not: compare what JSON would say.
    assert (canonical_json(one) == canonical_json(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


@pytest.mark.parametrize("hole", [1.0, float("nan"), float("inf"), [0.5], {"a": [{"b": (1, 0.0)}]}])
def test_floats_are_refused_wherever_they_hide(hole: Any) -> None:
    with pytest.raises(TypeError, match="floats"):
        canonical_json(hole)


@pytest.mark.parametrize("key", [1.5, 2, True, None])
def test_only_texts_are_keys(key: Any) -> None:
    with pytest.raises(TypeError):
        canonical_json({key: 1})


@pytest.mark.parametrize("value", [{1, 2}, b"abc", object()])
def test_what_json_does_not_know_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_sha256_is_of_utf8() -> None:
    assert sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256("Đ") == hashlib.sha256(b"\xc4\x90").hexdigest()


def test_ids_fit_the_routes_and_do_not_repeat() -> None:
    made = [public_id() for _ in range(2000)]
    assert len(set(made)) == 2000
    assert all(re.fullmatch("[0-9a-hjkmnp-tv-z]{16}", each) for each in made)
    # Every character takes part in every place, and order of making is not order of sorting.
    assert all(len({each[place] for each in made}) == 32 for place in range(16))
    assert made != sorted(made)


def test_receipt_codes_survive_a_telephone() -> None:
    codes = [receipt_code() for _ in range(2000)]
    assert len(set(codes)) == 2000
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", code) for code in codes)
    assert set("".join(codes)) == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ-")
