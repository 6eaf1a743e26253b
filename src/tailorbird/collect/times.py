"""When it happened: client clocks corrected, impossible times refused."""

from tailorbird.collect.refusals import Unfit
from tailorbird.collect.wire import Scalar
from tailorbird.spine.clock import DAY_MS, parse_time_ms

_EARLIEST_LIVE_MS = 946_684_800_000  # 2000-01-01: no shopper's clock is honestly older
_EARLIEST_IMPORT_MS = 0  # 1970-01-01: histories may be old
_FUTURE_TOLERATED_MS = DAY_MS  # a client without sentAt may have its zone wrong, not its year
_SECONDS_BELOW = 10**11  # numbers below this are seconds since 1970, above it milliseconds


def moment_ms(value: Scalar, field: str) -> int | None:
    """Return a wire time in milliseconds since 1970, or None when it is absent.

    Raises:
        Unfit: it is neither an ISO 8601 text nor a number of seconds or milliseconds.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            return parse_time_ms(value)
        return round(value * 1000) if abs(value) < _SECONDS_BELOW else round(value)
    except (ValueError, OverflowError) as cause:
        raise Unfit(
            field, f"`{field}` is not a time: {value!r}; send ISO 8601 such as 2026-01-31T12:00:00Z"
        ) from cause


def occurred_at_ms(
    claimed_ms: int | None, sent_at_ms: int | None, received_at_ms: int, *, historical: bool
) -> int:
    """Return when an event happened by the server's clock.

    With `sentAt`, the sender's clock error is taken out:
    `received - (sentAt - claimed)`, as Segment does it. A history keeps its own times.

    Args:
        claimed_ms: what the client's clock said when it happened.
        sent_at_ms: what the same clock said when it was sent.
        received_at_ms: the server's clock on arrival.
        historical: an import of the past, whose times are taken as they are.

    Raises:
        Unfit: the result is impossibly early or late.
    """
    if claimed_ms is None:
        return received_at_ms
    at_ms = claimed_ms
    if sent_at_ms is not None and not historical:
        at_ms = received_at_ms - (sent_at_ms - claimed_ms)
    earliest = _EARLIEST_IMPORT_MS if historical else _EARLIEST_LIVE_MS
    if at_ms < earliest:
        raise Unfit(
            "timestamp",
            "`timestamp` lies before "
            + ("1970" if historical else "2000; use /v1/import for histories"),
        )
    if at_ms > received_at_ms + _FUTURE_TOLERATED_MS:
        raise Unfit("timestamp", "`timestamp` lies more than a day in the future")
    return min(at_ms, received_at_ms)
