"""Admission: what becomes of a call, for every kind of call and every field that counts."""

from typing import Any

import pytest

from tailorbird.collect.admit import Admitted
from tailorbird.collect.contacts import Contact
from tailorbird.collect.plan import ALIASES, PLAN, UNSAID
from tailorbird.spine.clock import DAY_MS, HOUR_MS, format_time
from tailorbird.spine.events import Context, Exposure
from tests.makers import NOON_MS
from tests.unit.collect.admitting import admitted, contacts, refused, result, track

NAMES = {
    "identify": "Identified",
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "group": "Grouped",
    "alias": "Aliased",
}
NEEDED: dict[str, dict[str, str]] = {"alias": {"previousId": "b1"}, "group": {"groupId": "acme"}}


@pytest.mark.parametrize("kind", NAMES)
def test_every_kind_of_call_has_its_name(kind: str) -> None:
    assert admitted({"type": kind, "userId": "u1", **NEEDED.get(kind, {})}).name == NAMES[kind]


def test_the_path_says_the_kind_where_the_body_does_not() -> None:
    assert admitted({"userId": "u1"}, kind="identify").kind == "identify"


def test_the_body_says_the_kind_before_the_path() -> None:
    assert admitted({"userId": "u1", "type": "page"}, kind="identify").kind == "page"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"anonymousId": "a1"}, "type"),
        ({"type": "split", "userId": "u1", "anonymousId": "a1"}, "type"),
        ({"type": "shout", "anonymousId": "a1"}, "type"),
        ({"type": "track", "anonymousId": "a1"}, "event"),
        ({"type": "track", "anonymousId": "a1", "event": " "}, "event"),
        ({"type": "track", "event": "x"}, "userId"),
        ({"type": "track", "event": "x", "userId": ""}, "userId"),
        ({"type": "alias", "userId": "u1"}, "previousId"),
        ({"type": "alias", "userId": "u1", "previousId": "null"}, "previousId"),
        ({"type": "group", "userId": "u1"}, "groupId"),
    ],
)
def test_what_a_call_needs_is_asked_for_by_name(body: dict[str, Any], field: str) -> None:
    assert refused(body) == field


@pytest.mark.parametrize("name", ["userId", "anonymousId", "event", "properties", "traits"])
def test_a_field_of_the_wrong_type_is_named(name: str) -> None:
    assert refused({**track(), name: [1]}) == name


JUNK = ("null", "NULL", "undefined", "0", "0.0", "00000000-0000-0000-0000-000000000000", "-1", "{}")
MORE_JUNK = ("none", "nil", "NaN", "test", "guest", "user", "[object Object]", "n/a", "''")


@pytest.mark.parametrize("junk", [*JUNK, *MORE_JUNK, "test@test.com"])
def test_a_junk_identifier_is_nobody(junk: str) -> None:
    assert refused({**track(), "anonymousId": junk}) == "anonymousId"


@pytest.mark.parametrize("junk", [*JUNK, *MORE_JUNK])
def test_a_junk_identifier_beside_a_good_one_is_left_out(junk: str) -> None:
    assert admitted({**track(), "userId": junk}).user_id is None


def test_a_junk_identifier_counts_as_a_departure_from_the_plan() -> None:
    found = result({**track(), "userId": "null"})
    assert isinstance(found, Admitted)
    assert found.violations == ("userId: junk identifier",)


@pytest.mark.parametrize("identifier", ["10", "a0", "null1", "testing", "u-0", "0x1"])
def test_what_only_looks_like_junk_is_somebody(identifier: str) -> None:
    assert admitted({**track(), "anonymousId": identifier}).anonymous_id == identifier


@pytest.mark.parametrize(
    ("sent", "kept"), [(7, "7"), (7.0, "7"), (7.5, "7.5"), (10**18, str(10**18))]
)
def test_a_number_is_an_identifier_too(sent: float, kept: str) -> None:
    assert admitted({**track(), "userId": sent}).user_id == kept


@pytest.mark.parametrize("name", ["userId", "anonymousId"])
def test_an_identifier_of_200_characters_is_kept_and_one_of_201_refused(name: str) -> None:
    admitted({**track(), name: "x" * 200})
    assert refused({**track(), name: "x" * 201}) == name


def test_spaces_around_an_identifier_are_not_part_of_it() -> None:
    assert admitted({**track(), "anonymousId": " a1 "}).anonymous_id == "a1"


@pytest.mark.parametrize("address", ["ann@b.example", "ANN@B.example", "+49 171 717 1717"])
def test_an_address_is_replaced_by_its_stand_in(address: str) -> None:
    kept = admitted({**track(), "userId": address}).user_id
    assert kept is not None
    assert kept.startswith("x_")


def test_an_address_has_one_stand_in_however_it_is_written() -> None:
    ids = {admitted({**track(), "userId": one}).user_id for one in ("ann@b.de", "Ann@B.DE")}
    assert len(ids) == 1


def test_a_message_id_is_kept() -> None:
    assert admitted({**track(), "messageId": "m1"}).message_id == "m1"


def test_the_same_call_without_a_message_id_is_the_same_event() -> None:
    body = {**track(), "timestamp": format_time(NOON_MS)}
    assert admitted(body).message_id == admitted(body, received_at_ms=NOON_MS + 9).message_id


def test_calls_without_time_and_message_id_are_two_events() -> None:
    assert admitted(track()).message_id != admitted(track(), received_at_ms=NOON_MS + 9).message_id


def test_old_names_of_events_are_read_as_the_new_ones() -> None:
    assert {admitted(track(old)).name for old in ALIASES} == set(ALIASES.values())


def test_an_unknown_event_is_kept_under_its_name() -> None:
    assert admitted(track("Something Of The Shop's Own")).name == "Something Of The Shop's Own"


@pytest.mark.parametrize("name", PLAN)
def test_every_event_of_the_plan_is_admitted_with_its_properties(name: str) -> None:
    given: dict[str, Any] = {
        prop: {"text": "x1", "number": 2, "list": [{"product_id": "tent"}]}[kind]
        for prop, kind in PLAN[name].items()
    }
    found = result(track(name, **given))
    assert isinstance(found, Admitted)
    assert found.violations == ()


@pytest.mark.parametrize(
    ("name", "prop"), [(one, prop) for one in PLAN for prop in PLAN[one] if prop not in UNSAID]
)
def test_a_missing_property_of_the_plan_is_a_departure_not_a_refusal(name: str, prop: str) -> None:
    found = result(track(name))
    assert isinstance(found, Admitted)
    assert f"{prop}: missing" in found.violations


def test_an_event_about_a_product_is_about_one_piece_unless_it_says_otherwise() -> None:
    found = result(track("Product Added", product_id="tent"))
    assert isinstance(found, Admitted)
    assert (found.event.items[0].quantity, found.violations) == (1, ())


def test_a_quantity_that_is_no_number_departs_from_the_plan() -> None:
    found = result(track("Product Added", product_id="tent", quantity="2"))
    assert isinstance(found, Admitted)
    assert found.violations == ("quantity: not a number",)


def test_items_prices_and_quantities_have_a_typed_place() -> None:
    products = [{"product_id": "tent", "price": "19.99", "quantity": "2"}, {"sku": 7}]
    lines = admitted(track("Cart Viewed", products=products, currency="EUR")).items
    assert [(one.id, one.price_minor, one.quantity) for one in lines] == [
        ("tent", 1999, 2),
        ("7", None, 1),
    ]


def test_prices_are_in_the_minor_units_of_their_currency() -> None:
    assert (
        admitted(track("Product Viewed", product_id="t", price=500, currency="jpy"))
        .items[0]
        .price_minor
        == 500
    )


def test_facets_are_the_catalogs_where_it_knows_the_item() -> None:
    event = admitted(track("Product Viewed", product_id="tent", brand="other"))
    assert event.items[0].facets == ("category:Camping", "brand:msr")


def test_facets_are_the_events_where_the_catalog_does_not() -> None:
    event = admitted(track("Product Viewed", product_id="yurt", brand="Acme"))
    assert event.items[0].facets == ("brand:acme",)


@pytest.mark.parametrize(
    ("properties", "minor"),
    [
        ({"revenue": 90, "total": 100}, 9000),
        ({"total": 100, "shipping": 6, "tax": 4}, 9000),
        ({"value": 90}, 9000),
        ({"products": [{"product_id": "tent", "price": 45, "quantity": 2}]}, 9000),
    ],
)
def test_an_orders_revenue_leaves_out_shipping_and_tax(properties: Any, minor: int) -> None:
    order = admitted(track("Order Completed", order_id="o1", **properties)).order
    assert order is not None
    assert order.revenue_minor == minor


def test_an_exposure_has_a_typed_place() -> None:
    said = {"placement": "home", "position": 2, "creative": "c", "policy": "p@1", "model": "m"}
    event = admitted(track("Recommendation Clicked", exposureId="e1", **said))
    assert event.exposure == Exposure("e1", "home", 2, "c", "p@1", "m")


def test_traits_may_stand_in_the_context_only() -> None:
    body = {"type": "identify", "userId": "u1", "context": {"traits": {"plan": "pro"}}}
    assert admitted(body).traits == {"plan": "pro"}


def test_traits_of_the_call_count_before_those_of_the_context() -> None:
    body = {"type": "identify", "userId": "u1", "traits": {"plan": "pro"}}
    assert admitted({**body, "context": {"traits": {"plan": "free"}}}).traits == {"plan": "pro"}


@pytest.mark.parametrize("where", [{"name": "Home"}, {"properties": {"name": "Home"}}])
def test_a_pages_name_may_stand_in_two_places(where: dict[str, Any]) -> None:
    event = admitted({"type": "page", "userId": "u1", **where})
    assert event.properties == {"name": "Home"}


def test_circumstances_of_the_batch_hold_unless_the_event_says_otherwise() -> None:
    body = {**track(), "context": {"locale": "de-AT"}}
    event = admitted(body, context={"locale": "fr-FR", "timezone": "Europe/Paris"})
    assert (event.context.locale, event.context.timezone) == ("de-AT", "Europe/Paris")


def test_circumstances_are_read_out_of_what_browsers_send() -> None:
    context = {
        "campaign": {"name": "spring", "source": "news", "medium": "email"},
        "page": {"path": "/tents", "url": "https://shop.de/tents", "referrer": "https://mail.de/x"},
        "userAgentData": {"mobile": True},
        "locale": "de-DE",
        "timezone": "Europe/Berlin",
    }
    assert admitted({**track(), "context": context}).context == Context(
        channel="email",
        campaign="spring",
        referrer="mail.de",
        device="mobile",
        locale="de-DE",
        timezone="Europe/Berlin",
        country="DE",
        path="/tents",
    )


@pytest.mark.parametrize(
    ("referrer", "channel"),
    [
        ("https://www.google.de/", "organic search"),
        ("https://t.co/x", "social"),
        ("https://blog.example/", "referral"),
        ("https://shop.de/other", None),
        ("$direct", None),
        ("http://[::1", None),
    ],
)
def test_who_referred_says_the_channel(referrer: str, channel: str | None) -> None:
    page = {"referrer": referrer, "url": "https://shop.de/tents"}
    assert admitted({**track(), "context": {"page": page}}).context.channel == channel


@pytest.mark.parametrize(
    ("field", "kept_as"),
    [
        ("email", "email"),
        ("Email", "email"),
        ("phone", "phone"),
        ("phone_number", "phone"),
        ("firstName", "firstName"),
        ("last_name", "lastName"),
        ("address", "address"),
        ("birthday", "birthday"),
        ("name", "name"),
    ],
)
def test_contact_data_among_traits_goes_to_the_vault(field: str, kept_as: str) -> None:
    body = {"type": "identify", "userId": "u1", "traits": {field: "x"}}
    assert (contacts(body), admitted(body).traits) == ([Contact(kept_as, "x")], {})


def test_a_property_called_name_is_a_products() -> None:
    assert admitted(track("Product Viewed", product_id="t", name="Tent")).properties == {
        "name": "Tent"
    }


def test_an_ip_address_is_kept_nowhere() -> None:
    body = {"type": "identify", "userId": "u1", "traits": {"ip": "1.2.3.4"}}
    assert (contacts(body), admitted(body).traits) == ([], {})


def test_addresses_inside_texts_are_taken_out() -> None:
    note: dict[str, Any] = {
        "note": "write to ann@b.example!",
        "deep": [{"email": "x", "n": "bob@c.example"}],
    }
    assert admitted(track(**note)).properties == {
        "note": "write to [contact]!",
        "deep": [{"n": "[contact]"}],
    }


def at(ago_ms: int) -> str:
    return format_time(NOON_MS - ago_ms)


def test_the_senders_clock_error_is_taken_out() -> None:
    wrong_by = 5 * HOUR_MS
    body = {**track(), "timestamp": at(wrong_by + 60_000), "sentAt": at(wrong_by)}
    assert admitted(body).occurred_at_ms == NOON_MS - 60_000


@pytest.mark.parametrize("how", ["event", "batch"])
def test_the_time_of_sending_may_be_the_events_or_the_batchs(how: str) -> None:
    body = {**track(), "originalTimestamp": at(HOUR_MS)}
    sent = at(HOUR_MS - 1_000)
    event = admitted({**body, "sentAt": sent}) if how == "event" else admitted(body, sent_at=sent)
    assert event.occurred_at_ms == NOON_MS - 1_000


def test_the_original_time_counts_before_the_time() -> None:
    body = {**track(), "originalTimestamp": at(9_000), "timestamp": at(1_000)}
    assert admitted(body).occurred_at_ms == NOON_MS - 9_000


@pytest.mark.parametrize("zone", ["Z", "+00:00", ""])
def test_a_time_without_a_zone_is_utc(zone: str) -> None:
    body = {**track(), "timestamp": f"2023-11-15T11:00:00{zone}"}
    assert admitted(body).occurred_at_ms == NOON_MS - HOUR_MS


@pytest.mark.parametrize("moment", [NOON_MS - 1_000, (NOON_MS - 1_000) // 1_000])
def test_a_time_may_be_a_number_of_seconds_or_milliseconds(moment: int) -> None:
    assert admitted({**track(), "timestamp": moment}).occurred_at_ms == NOON_MS - 1_000


def test_an_event_without_a_time_happened_when_it_came() -> None:
    assert admitted(track()).occurred_at_ms == NOON_MS


def test_a_late_event_counts_when_it_happened() -> None:
    assert admitted({**track(), "timestamp": at(9 * DAY_MS)}).occurred_at_ms == NOON_MS - 9 * DAY_MS


def test_nothing_happens_after_it_came() -> None:
    assert admitted({**track(), "timestamp": at(-HOUR_MS)}).occurred_at_ms == NOON_MS


@pytest.mark.parametrize("moment", [at(-2 * DAY_MS), "1999-12-31T23:59:59Z", -1, 1e300, 10**30])
def test_an_impossible_time_is_refused(moment: Any) -> None:
    assert refused({**track(), "timestamp": moment}) == "timestamp"


@pytest.mark.parametrize("moment", ["yesterday", "2023-13-01", "12:00", "٢٠٢٣", "NaN"])
def test_what_is_no_time_is_refused(moment: str) -> None:
    assert refused({**track(), "timestamp": moment}) == "timestamp"


def test_a_history_may_be_old_and_keeps_its_times() -> None:
    body = {**track(), "timestamp": "1985-01-01T00:00:00Z", "sentAt": "1990-01-01T00:00:00Z"}
    assert format_time(admitted(body, historical=True).occurred_at_ms) == "1985-01-01T00:00:00.000Z"


def test_an_event_remembers_that_it_is_history() -> None:
    assert admitted(track(), historical=True).historical
