"""Shares: an account's profile is a sum, whoever comes first and whoever leaves."""

from hypothesis import given
from hypothesis import strategies as st

from tailorbird.accounts.gathering import Gathering
from tailorbird.accounts.reordering import reorders
from tailorbird.accounts.share import account_profile, share
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY, Profile, pack
from tailorbird.profile.worth import worth
from tests.makers import DAY, NOON_MS, an_event, an_item


def somebody(number: int, account: str, days: list[int]) -> Profile:
    """Return somebody who joined an account and ordered on some days after."""
    joined = an_event("Grouped", kind="group", group_id=account, at=NOON_MS)
    orders = [
        an_event(
            "Order Completed",
            an_item(f"item-{day % 3}", price=5),
            at=NOON_MS + day * DAY,
            message_id=f"{number}-{day}",
        )
        for day in days
    ]
    return fold_many(EMPTY, [joined, *orders])


people = st.lists(
    st.tuples(st.sampled_from(["acme", "globex"]), st.lists(st.integers(1, 40), max_size=4)),
    max_size=5,
).map(lambda all_: [somebody(n, account, days) for n, (account, days) in enumerate(all_)])


@given(people)
def test_an_account_is_the_same_in_whatever_order_its_people_come(them: list[Profile]) -> None:
    forth, back = (
        account_profile(them, "acme").orders,
        account_profile(them[::-1], "acme").orders,
    )
    assert reorders(forth, NOON_MS, 50) == reorders(back, NOON_MS, 50)
    assert dict(forth.kept) == dict(back.kept)


@given(people)
def test_who_was_never_in_an_account_changes_no_byte_of_it(them: list[Profile]) -> None:
    others = [one for one in them if "acme" not in one.accounts]
    inside = [one for one in them if "acme" in one.accounts]
    assert all(share(one, "acme") == EMPTY for one in others)
    assert pack(account_profile(inside, "acme")) == pack(
        account_profile([*inside, *others], "acme")
    )


def test_what_was_ordered_before_joining_is_not_the_accounts() -> None:
    early = an_event("Order Completed", an_item("tent", price=5), at=NOON_MS - DAY)
    joined = an_event("Grouped", kind="group", group_id="acme", at=NOON_MS)
    assert not account_profile([fold_many(EMPTY, [early, joined])], "acme").orders.kept


def test_an_order_corrected_within_the_hour_makes_no_habit() -> None:
    one = somebody(1, "acme", [10])
    again = an_event("Order Completed", an_item("item-1"), at=NOON_MS + 10 * DAY + 3_600_000)
    (found,) = reorders(fold_many(one, [again]).orders, NOON_MS, 5)
    assert (found.orders, found.every_days) == (2, None)


@given(people)
def test_what_terms_go_by_is_the_same_in_whatever_order_people_come(them: list[Profile]) -> None:
    forth, back = Gathering("acme"), Gathering("acme")
    for one in them:
        forth.add(one)
    for one in them[::-1]:
        back.add(one)
    whole = account_profile(them, "acme")
    later = NOON_MS + 41 * DAY
    assert forth.custom(later) == back.custom(later)
    assert forth.custom(later).orders == worth(whole.orders, later).frequency_365
