"""Emoji tags."""

import msgspec
import pytest

from pushbell.emoji import emojis_of, short_codes, table_json


@pytest.mark.parametrize(
    ("tag", "emoji"),
    [
        ("warning", "⚠️"), ("rotating_light", "🚨"), ("tada", "🎉"), ("+1", "👍"), ("-1", "👎"), ("skull", "💀"),
        ("white_check_mark", "✅"), ("heavy_check_mark", "✔️"), ("cat", "🐱"), ("pencil", "📝"), ("de", "🇩🇪"),
    ],
)  # fmt: skip
def test_ntfys_tags_are_known(tag, emoji):
    assert emojis_of([tag]) == emoji


def test_other_tags_are_left_out_and_the_order_is_kept():
    assert emojis_of(["backup", "tada", "nas01", "warning"]) == "🎉 ⚠️"
    assert emojis_of(["backup", "Tada", ":tada:", ""]) == ""


def test_the_web_app_gets_the_same_table():
    assert msgspec.json.decode(table_json()) == short_codes()
    assert len(short_codes()) > 1900
