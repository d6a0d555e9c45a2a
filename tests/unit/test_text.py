"""Text out of headers."""

import base64
import quopri

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pushbell.text import clean, decode_words, is_true, trim

from .adversarial import slowest_s

# What aiohttp makes of any bytes in a header: UTF-8, and lone surrogates for the rest.
HEADER_VALUES = st.binary(max_size=200).map(lambda value: value.decode("utf-8", "surrogateescape"))


def q_word(text: str) -> str:
    encoded = quopri.encodestring(text.encode(), quotetabs=True, header=True).decode().replace("=\n", "")
    return "=?utf-8?q?" + encoded.replace("?", "=3F").replace("\n", "=0A").replace("\r", "=0D") + "?="


def b_word(text: str) -> str:
    return f"=?UTF-8?B?{base64.b64encode(text.encode()).decode()}?="


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("", ""),
        ("  a b  ", "a b"),
        ("a\0b\0", "ab"),
        ("t\udcefle", "t\ufffdle"),
        ("\udcc3", "\ufffd"),
        ("Tür", "Tür"),
        ("=?UTF-8?B?VMO8cg==?=", "Tür"),
        ("=?utf-8?Q?T=C3=BCr_auf?=", "Tür auf"),
        ("=?ISO-8859-1?q?T=FCr?=", "Tür"),
        ("=?us-ascii?Q?door?=", "door"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?=\t  =?utf-8?q?b?= c =?utf-8?q?d?=", "ab c d"),
        ("=?utf-8?q?a?= =?utf-8?q?b", "a =?utf-8?q?b"),
        ("what?=  =?who", "what?=  =?who"),
        ("=?utf-8?q?=FF?=", "\ufffd"),
        ("=?us-ascii?q?=FF?=", "\ufffd"),
        ("=?utf-8?q?a=00b?=", "ab"),
        ("=?utf-8?q?_a_?=", "a"),
        ("=?utf-8?q??=", ""),
        ("=?koi8-r?q?a?=", "=?koi8-r?q?a?="),
        ("=?utf-8?b?!?=", "=?utf-8?b?!?="),
        ("=?utf-8?b?YQ?=", "=?utf-8?b?YQ?="),
        ("=?utf-8?q?ä?=", "=?utf-8?q?ä?="),
        ("=?utf-8?q?a?= =?koi8-r?q?b?=", "=?utf-8?q?a?= =?koi8-r?q?b?="),
        ("Grüße =?utf-8?q?a?=", "Grüße a"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
    ],
)
def test_a_header_is_read_as_ntfy_reads_it(raw, text):
    assert clean(raw) == text


def test_a_query_parameter_is_only_trimmed():
    assert trim(" =?utf-8?q?a?= \0 ") == "=?utf-8?q?a?="


@given(HEADER_VALUES)
@example("=?utf-8?b?\udcff?=")
def test_whatever_comes_can_be_stored_and_shown(raw):
    text = clean(raw)
    assert text.encode().decode() == text
    assert "\0" not in text
    assert text == text.strip()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_text_survives_both_encodings(text):
    assert decode_words(b_word(text)) == text
    assert decode_words(q_word(text)) == text


@given(st.lists(st.text(st.characters(min_codepoint=33, exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_words_are_joined_without_the_white_space_between_them(texts):
    assert decode_words(" \t ".join(b_word(text) for text in texts)) == "".join(texts)


@given(st.text(st.characters(codec="utf-8", exclude_characters="?")))
def test_what_has_no_encoded_word_is_not_touched(text):
    assert decode_words(text) == text


@pytest.mark.parametrize("word", ["1", "yes", "true", "YES", "True"])
def test_these_mean_yes(word):
    assert is_true(word)


@pytest.mark.parametrize("word", ["", "0", "no", "false", "on", "y", "2", " yes"])
def test_everything_else_means_no(word):
    assert not is_true(word)


def test_nothing_makes_it_slow():
    assert slowest_s(clean) < 0.005
