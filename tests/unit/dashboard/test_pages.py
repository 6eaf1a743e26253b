"""The pages: what they show, that they escape it, and that a browser loads nothing foreign."""

import re

import pytest

from tailorbird.consent.purposes import Purpose
from tailorbird.spine.ids import Subject
from tests.unit.dashboard.visiting import Site, viewed

NASTY = "<script>alert(1)</script>"
PAGES = ("/", "/people/anonymous:a1", "/decide?who=a1&placement=home_recs", "/people/nobody")

TENT = {
    "id": "tent-1",
    "title": "Trail tent",
    "price": 129,
    "currency": "EUR",
    "category": "Camping > Tents",
    "brand": "msr",
    "image": "https://pictures.shop.test/tent-1.jpg",
}
STOVE = {"id": "stove-1", "title": "Small stove", "price": 40, "currency": "EUR"}


@pytest.fixture
def open_site(site: Site) -> Site:
    """Return a site with two items, one visitor, and somebody signed in."""
    site.sell(TENT, STOVE)
    site.track(viewed("tent-1"))
    site.sign_in()
    return site


@pytest.mark.parametrize("path", PAGES)
def test_a_page_lets_a_browser_load_nothing_foreign(open_site: Site, path: str) -> None:
    policy = open_site.get(path).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_inline_script_style_or_handler(open_site: Site, path: str) -> None:
    text = open_site.get(path).text
    assert not re.search(r"<script(?![^>]+src=)|<style|\sstyle=|\son\w+=", text)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
    ],
)
def test_a_page_is_guarded_by_its_headers(open_site: Site, header: str, value: str) -> None:
    assert open_site.get("/").headers[header] == value


@pytest.mark.parametrize("path", ["/", "/people/anonymous:a1", "/decide?placement=home_recs"])
def test_a_title_with_a_script_shows_as_text(open_site: Site, path: str) -> None:
    open_site.sell({**TENT, "title": NASTY}, {**STOVE, "title": NASTY})
    open_site.track(viewed("tent-1"))
    text = open_site.get(path).text
    assert NASTY not in text
    assert "&lt;script&gt;" in text


def test_a_name_with_a_script_shows_as_text(open_site: Site) -> None:
    open_site.track(viewed(who=NASTY))
    assert NASTY not in open_site.get("/people/anonymous:<script>alert(1)</script>").text


def test_a_picture_must_be_a_picture(open_site: Site) -> None:
    open_site.sell({**TENT, "image": "javascript:alert(1)"})
    assert "javascript:" not in open_site.get("/").text


def test_the_overview_shows_what_came_in(open_site: Site) -> None:
    text = open_site.get("/").text
    assert "Trail tent" in text
    assert "all folded" in text


def test_an_empty_overview_says_what_to_send(site: Site) -> None:
    site.sign_in()
    assert "curl http://shop.test:8800/v1/track" in site.get("/").text


def test_the_overview_names_the_personas_in_the_demo_only(open_site: Site) -> None:
    assert "a returning camper" not in open_site.get("/").text


def test_a_page_shows_the_three_layers(open_site: Site) -> None:
    text = open_site.get("/people/anonymous:a1").text
    assert all(f">{layer} <span" in text for layer in ("Identity", "Intent", "Affinity"))


def test_a_page_says_in_words_what_speaks_for_the_intent(open_site: Site) -> None:
    assert "looked at 1 item in Camping" in open_site.get("/people/anonymous:a1").text


def test_a_page_shows_the_cart_with_its_value(open_site: Site) -> None:
    added = viewed("tent-1") | {"event": "Product Added"}
    added["properties"] = {"product_id": "tent-1", "quantity": 2, "price": 129, "currency": "EUR"}
    open_site.track(added)
    text = open_site.get("/people/anonymous:a1").text
    assert "€258.00" in text
    assert "2 \N{MULTIPLICATION SIGN} €129.00" in text


def test_a_look_at_a_person_is_in_the_audit_log(open_site: Site) -> None:
    open_site.get("/people/anonymous:a1")
    found = open_site.run(open_site.shop.resolver.find("anonymous:a1"))
    assert found is not None
    newest = open_site.install.audit.latest(open_site.shop.name, 1)[0]
    assert newest[3:] == ("looked at", found[0])


def test_a_person_who_refused_is_not_read(open_site: Site) -> None:
    refusal = {Purpose.PERSONALIZATION: False}
    open_site.run(open_site.shop.gate.record(Subject(anonymous_id="a1"), refusal, "test", 1))
    text = open_site.get("/people/anonymous:a1").text
    assert "has refused personalization" in text
    assert "Camping" not in text.partition('id="journal"')[0]


def test_nobody_gets_a_page_that_says_what_to_do(open_site: Site) -> None:
    reply = open_site.get("/people/user:zzz")
    assert reply.status == 404
    assert "See what a stranger would be shown" in reply.text


@pytest.mark.parametrize("asked", ["a1", "anonymous:a1"])
def test_a_search_finds_a_person_by_any_id(open_site: Site, asked: str) -> None:
    reply = open_site.get(f"/people?q={asked}")
    assert (reply.status, reply.headers["location"][:10]) == (303, "/people/p_")


def test_a_tried_decision_says_why(open_site: Site) -> None:
    open_site.track(viewed("stove-1", who="somebody-else"))
    open_site.run(open_site.shop.predictor.refresh())
    text = open_site.get("/decide?who=a1&placement=product_recs&item=tent-1").text
    assert "Small stove" in text
    assert 'class="why"' in text
    assert "Considered, but not shown" in text


def test_a_tried_decision_is_not_recorded(open_site: Site) -> None:
    open_site.get("/decide?who=a1&placement=home_recs")
    open_site.get("/people/anonymous:a1")
    assert not open_site.run(open_site.shop.journal.latest(10))


def test_a_placement_that_does_not_exist_is_named_with_those_that_do(open_site: Site) -> None:
    reply = open_site.get("/decide?placement=made_up")
    assert reply.status == 404
    assert "home_recs" in reply.text


@pytest.mark.parametrize("limit", ["0", "25", "x", "-1", "²"])
def test_a_limit_out_of_bounds_is_refused_in_words(open_site: Site, limit: str) -> None:
    assert open_site.get(f"/decide?limit={limit}").status == 400


@pytest.mark.parametrize("placement", ["hero", "cart_offer", "payment_methods", "cart_recs"])
def test_every_kind_of_placement_can_be_tried(open_site: Site, placement: str) -> None:
    assert open_site.get(f"/decide?placement={placement}").status == 200


def test_a_file_is_served_forever_under_the_address_of_its_content(site: Site) -> None:
    address = re.search(r"/static/look\.css\?v=\w+", site.get("/").text)
    assert address is not None
    assert "immutable" in site.get(address[0]).headers["cache-control"]


def test_a_file_that_does_not_exist_is_not_found(site: Site) -> None:
    assert site.get("/static/..%2f..%2fpages.py").status == 404


def test_key_figures_come_with_their_intervals(open_site: Site) -> None:
    text = open_site.get("/numbers?by=shop&days=7").text
    assert re.search(r"Demand lost.*?0\.00%.*?0\.00% to", text, re.DOTALL)
    assert "hover" not in text


def test_key_figures_that_there_are_not_are_refused(open_site: Site) -> None:
    assert open_site.get("/numbers?by=weather").status == 400
