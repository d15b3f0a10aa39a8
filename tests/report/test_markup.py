"""The one boundary where text becomes markup, and the numbers as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.report.markup import Markup, element, escape, joined
from minixai.report.number import (
    beside_text,
    bytes_text,
    difference_text,
    number_text,
    percent_text,
    raw_text,
    seconds_text,
    value_text,
)


@given(st.text(max_size=50))
def test_text_never_becomes_markup(text):
    for made in (escape(text), element("p", text)[3:-4], joined([text])):
        assert not set(made) & set("<>\"'")
    attribute = element("p", "", aria_label=text)
    assert attribute.count('"') == 2
    assert attribute.count("<") == 2


def test_markup_passes_and_spaces_around_it_stay():
    assert element("p", "a ", element("em", "b"), " & c") == "<p>a <em>b</em> &amp; c</p>"
    assert isinstance(escape("x"), Markup)


def test_only_listed_tags_attributes_and_references_can_be_made():
    with pytest.raises(ValueError, match="script"):
        element("script", "x")
    with pytest.raises(ValueError, match="onclick"):
        element("p", "x", onclick="y")
    for reference in ("javascript:x", "https://x.example", "//x.example", "data:text/html,x"):
        with pytest.raises(ValueError, match="href"):
            element("a", "x", href=reference)


def test_long_text_is_cut():
    assert len(escape("x" * 10_000)) == 2001
    assert len(escape("x" * 10_000, 100)) == 101


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.8841, "0.8841"), (1.06123, "1.061"), (12345.6, "12,346"), (-0.5, "−0.5000"), (0, "0"),
     (1.5e-7, "1.500e−07"), (float("nan"), "–"), (None, "–"), (float("inf"), "∞")],
)  # fmt: skip
def test_numbers_have_four_digits(value, text):
    assert number_text(value) == text


def test_differences_have_the_decimals_of_what_they_stand_beside():
    assert difference_text(0.00209, beside=0.8841) == "0.0021"
    assert difference_text(-0.1, beside=0.8841) == "−0.1000"
    assert difference_text(0.00001, beside=0.8841) == "1.0e−05"


def test_what_the_decimals_beside_it_do_not_show_is_0():
    assert beside_text(-1.528e-6, [0.71, -1.528e-6, None]) == "0"
    assert beside_text(-1.528e-6, [2.0e-6, -1.528e-6]) == "−1.528e−06"
    assert beside_text(0.00042, [0.71]) == "0.0004200"
    assert beside_text(0.71, [-1.2e12]) == "0.7100"


def test_units_fit_the_size():
    assert bytes_text(999) == "999 bytes"
    assert bytes_text(18_000) == "18 kB"
    assert bytes_text(2.5e6) == "2.5 MB"
    assert seconds_text(2.1e-5) == "21 µs"
    assert seconds_text(0.2) == "200 ms"
    assert seconds_text(61.2) == "61.2 s"
    assert percent_text(0.2275) == "22.8 %"


def test_values_of_any_kind_are_text():
    assert value_text({"a": 1.0, "b": [True, None]}) == "a: 1, b: yes, –"
    assert value_text(123456) == "123456"
    assert [raw_text(v) for v in (1994.0, 93838, -0.25, "x")] == ["1994", "93838", "−0.25", "x"]
    assert value_text("x") == "x"
