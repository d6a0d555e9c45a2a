"""A request's parameters, by whichever of several aliases they came: ntfy's rules for publishing and subscribing."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from pushbell.text import clean, trim

# RFC 9218: Cloudflare and others add a header `Priority: u=1, i` of their own meaning.
_HTTP_PRIORITY = re.compile(r"u=\d(,\s*(i|\d))?")


class Aliases:
    """Names by which parameters are known, in lookup order.

    Header names count in any case, query keys only in lower case. Any header beats any query key.
    """

    def __init__(self, table: Mapping[str, Sequence[str]]) -> None:
        self._known = {alias: (name, rank) for name, aliases in table.items() for rank, alias in enumerate(aliases)}

    def collect(self, headers: Iterable[tuple[str, str]], query: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Cleaned, non-empty values by parameter name. Only in headers are encoded words decoded."""
        found = self._best([(name.lower(), value) for name, value in headers], clean)
        if query:
            found = {**self._best(query, trim), **found}
        return found

    def _best(self, pairs: Iterable[tuple[str, str]], tidy: Callable[[str], str]) -> dict[str, str]:
        values: dict[str, str] = {}
        ranks: dict[str, int] = {}
        known = self._known
        for alias, raw in pairs:
            if alias not in known:
                continue
            name, rank = known[alias]
            if name in ranks and ranks[name] <= rank:
                continue  # an alias looked up earlier, or the same one given twice: the first counts
            value = tidy(raw)
            if value and not (alias == "priority" and _HTTP_PRIORITY.fullmatch(value)):
                values[name], ranks[name] = value, rank
        return values
