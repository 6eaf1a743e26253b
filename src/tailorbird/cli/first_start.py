"""The first start of an install: keys are made, never defaulted, and shown once."""

from tailorbird.access.keys import KeyKind, new_key
from tailorbird.compose import Install
from tailorbird.spine.ids import DEFAULT_WORKSPACE


def first_keys(install: Install) -> dict[KeyKind, str]:
    """Return a key of each kind if the install has none yet, else nothing."""
    if install.keys.all():
        return {}
    made = {}
    for kind in KeyKind:
        key, text = new_key(kind, DEFAULT_WORKSPACE, install.clock(), label="first start")
        install.keys.add(key, text)
        made[kind] = text
    return made


def shown_once(keys: dict[KeyKind, str], signing_secret: str) -> str:
    """Return what the first start prints."""
    lines = [f"  {kind.value:<12} {text}" for kind, text in keys.items()]
    return "\n".join(
        [
            "First start: these keys are shown once. Keep them.",
            *lines,
            f"  {'signing':<12} {signing_secret}",
            "Make more with `tailorbird keys create`; see the signing secret again with",
            "`tailorbird keys signing-secret`.",
        ]
    )
