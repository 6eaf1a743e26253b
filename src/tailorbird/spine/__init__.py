"""The ground: events, identifiers, errors, time and money, which every room shares."""
