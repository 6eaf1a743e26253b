"""Shoppers who never give up: they post what happened until it is acknowledged, as clients do."""

import contextlib
import http.client
import itertools
import json
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

from tailorbird.spine.clock import DAY_MS, HOUR_MS, format_time, wall_clock
from tests.live import Server

# People live in villages, so that who can meet whom has bounds, as in life.
_VILLAGES, _BROWSERS, _USERS = 60, 6, 4
_MOST_EVENTS = 10
_MOST_PAUSE_S = 0.02
_AGAIN_S = 0.02
_ITEMS = 40

Fields = dict[str, Any]


class Shopper(threading.Thread):
    """One keep-alive connection, over which batches of many people's events go.

    Args:
        number: tells shoppers apart, in message ids too.
        server: where to post; it may be gone at any time.
        key: a secret key.
        seed: decides everything that happens.
    """

    def __init__(self, number: int, server: Server, key: str, seed: int) -> None:
        super().__init__(name=f"shopper {number}", daemon=True)
        self.acknowledged: set[str] = set()
        self.sent_again = 0
        self.complaints: list[str] = []
        self._server = server
        self._rng = random.Random(f"{seed} {number}")
        self._ids = (f"m-{seed}-{number}-{count}" for count in itertools.count())
        self._key = key
        self._enough = threading.Event()
        self._connection: http.client.HTTPConnection | None = None

    def finish(self) -> None:
        """Let no new batch begin; the one at hand is posted until it is acknowledged."""
        self._enough.set()

    def run(self) -> None:
        """Post batch after batch."""
        while not self._enough.is_set():
            batch = [self._event() for _ in range(self._rng.randint(1, _MOST_EVENTS))]
            self._post_until_acknowledged(batch)
            time.sleep(self._rng.random() * _MOST_PAUSE_S)
        self._hang_up()

    def _post_until_acknowledged(self, batch: list[Fields]) -> None:
        body = json.dumps({"batch": batch, "sentAt": format_time(wall_clock())}).encode()
        answer = self._post(body)
        self.sent_again += answer is None
        while answer is None:
            self._hang_up()
            time.sleep(_AGAIN_S)
            answer = self._post(body)
        if answer["accepted"] + answer["duplicates"] != len(batch):
            self.complaints.append(f"of {len(batch)} events: {answer}")
        self.acknowledged.update(event["messageId"] for event in batch)

    def _post(self, body: bytes) -> Fields | None:
        """Return the answer; None when there was none, or one that says to come back."""
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(
                    "127.0.0.1", self._server.port, timeout=30
                )
            headers = {"Authorization": f"Bearer {self._key}"}
            self._connection.request("POST", "/v1/batch", body, headers)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            return None
        if response.status != 200:
            if response.status not in {429, 503}:
                self.complaints.append(f"{response.status} {text[:300]!r}")
            return None
        answer: Fields = json.loads(text)
        return answer

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _event(self) -> Fields:
        """Return what somebody does: mostly browsing, some logging in, some buying, some late."""
        rng = self._rng
        village = rng.randrange(_VILLAGES)
        browser = f"b{village}-{rng.randrange(_BROWSERS)}"
        user = f"u{village}-{rng.randrange(_USERS)}"
        made = rng.choices(
            [self._browses, self._logs_in, self._buys, self._borrows, self._renames],
            weights=[60, 12, 12, 10, 2],
        )[0](browser, user)
        ago = rng.choices(
            [0, 5 * HOUR_MS * rng.random(), 60 * DAY_MS * rng.random()], weights=[85, 10, 5]
        )[0]
        when = format_time(wall_clock() - round(ago))
        return {**made, "messageId": next(self._ids), "timestamp": when}

    def _browses(self, browser: str, _user: str) -> Fields:
        name = self._rng.choice(["Product Viewed", "Product Added", "Products Searched"])
        properties = {"product_id": self._item(), "category": "Camping > Tents", "query": "tent"}
        return _track(name, properties, anonymousId=browser)

    def _logs_in(self, browser: str, user: str) -> Fields:
        traits = {"plan": self._rng.choice(["free", "gold"]), "email": f"{user}@shop.example"}
        return {"type": "identify", "userId": user, "anonymousId": browser, "traits": traits}

    def _buys(self, browser: str, user: str) -> Fields:
        price = self._rng.randint(100, 99_999) / 100
        line = {"product_id": self._item(), "price": price, "quantity": self._rng.randint(1, 3)}
        order = {"order_id": f"o{self._rng.randrange(10_000)}", "revenue": price, "currency": "EUR"}
        properties = {**order, "products": [line]}
        return _track("Order Completed", properties, userId=user, anonymousId=browser)

    def _borrows(self, browser: str, user: str) -> Fields:
        """Somebody logs in, or looks around, on the device that the village shares."""
        device = f"shared of {browser.partition('-')[0]}"
        if self._rng.random() < 0.5:
            return {"type": "identify", "userId": user, "anonymousId": device}
        return _track("Product Viewed", {"product_id": self._item()}, anonymousId=device)

    def _renames(self, browser: str, user: str) -> Fields:
        return {"type": "alias", "userId": user, "previousId": browser}

    def _item(self) -> str:
        return f"item-{self._rng.randrange(_ITEMS)}"


class Splitter(threading.Thread):
    """Somebody at the shop who undoes joins now and then.

    Args:
        server: where people are.
        key: a secret key.
        seed: decides who is split.
        pause_s: between two splits.
    """

    def __init__(self, server: Server, key: str, seed: int, pause_s: float) -> None:
        super().__init__(name="splitter", daemon=True)
        self.asked = 0
        self.acknowledged = 0
        self.complaints: list[str] = []
        self._server = server
        self._key = key
        self._rng = random.Random(f"{seed} splitter")
        self._pause_s = pause_s
        self._enough = threading.Event()

    def finish(self) -> None:
        """Let no new split begin."""
        self._enough.set()

    def run(self) -> None:
        """Undo a join, wait, and again."""
        while not self._enough.wait(self._pause_s):
            with contextlib.suppress(OSError, http.client.HTTPException):
                village, user = self._rng.randrange(_VILLAGES), self._rng.randrange(_USERS)
                self._split(f"user:u{village}-{user}")

    def _split(self, person: str) -> None:
        status, body = self._server.ask("GET", f"/v1/people/{person}/identities", self._key)
        joins = json.loads(body)["joins"] if status == 200 else []
        if not joins:
            return
        order = json.dumps({"joinId": self._rng.choice(joins)["id"]}).encode()
        self.asked += 1
        path = f"/v1/people/{person}/split"
        status, body = self._server.ask("POST", path, self._key, order)
        if status == 200:
            self.acknowledged += 1
        elif status not in {400, 503}:
            self.complaints.append(f"{status} {body[:300]!r}")


@contextlib.contextmanager
def working(*threads: Shopper | Splitter) -> Iterator[None]:
    """Let threads work while the block runs, and finish what they have begun."""
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.finish()
    for thread in threads:
        thread.join()


def _track(name: str, properties: Fields, **ids: str) -> Fields:
    return {"type": "track", "event": name, "properties": properties, **ids}
