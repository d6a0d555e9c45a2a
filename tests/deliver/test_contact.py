"""The VAPID contact: real ones pass, the made-up ones that Apple refuses stop the start."""

import pytest

from pushbell.deliver.contact import check_contact

BASE = "https://push.example.com"


@pytest.mark.parametrize(
    "contact",
    [
        "mailto:ops@example.com",
        "mailto:first.last+push@mail.example.co.uk",
        "MAILTO:ops@example.com",
        "https://example.com",
        "https://example.com/contact?who=ops",
        "https://host.tailnet.ts.net",
        "https://push.example.com:8443",
    ],
)
def test_a_real_contact_is_used_as_it_is(contact: str) -> None:
    assert check_contact(contact, BASE) == contact


@pytest.mark.parametrize(
    "contact",
    [
        "ops@example.com",
        "mailto:ops",
        "mailto:@example.com",
        "mailto: ops@example.com",
        "mailto:<ops@example.com>",
        "mailto:ops@example.com ",
        "mailto:ops@example.com,other@example.com",
        "mailto:ops@localhost",
        "mailto:ops@LOCALHOST",
        "mailto:ops@pushbell.invalid",
        "mailto:ops@nas.local",
        "mailto:ops@pushbell.test",
        "mailto:ops@pushbell.example",
        "mailto:ops@nas",
        "mailto:ops@192.168.1.2",
        "mailto:ops@[192.168.1.2]",
        "mailto:ops@example.com?subject=x",
        "http://example.com",
        "https://",
        "https://localhost",
        "https://localhost:8080",
        "https://nas.local",
        "https://127.0.0.1",
        "https://[::1]",
        "https://[::1",
        "https://user@example.com",
        "https://exa mple.com",
        "https://example..com",
        "ftp://example.com",
    ],
)
def test_a_made_up_contact_is_refused_and_named(contact: str) -> None:
    with pytest.raises(ValueError, match="must") as caught:
        check_contact(contact, BASE)
    assert repr(contact) in str(caught.value)


@pytest.mark.parametrize("base", [BASE, BASE + "/"])
def test_without_a_contact_the_base_url_is_used(base: str) -> None:
    assert check_contact("", base) == BASE


@pytest.mark.parametrize("base", ["", "http://push.example.com", "https://localhost:8080", "https://nas.local"])
def test_without_any_real_address_there_is_no_contact(base: str) -> None:
    assert check_contact("", base) is None
