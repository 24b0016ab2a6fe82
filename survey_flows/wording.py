"""Every citizen-facing sentence, by language: one Fluent file each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import Junk

from survey_flows.errors import BadInput, Misuse

DEFAULT = "zh-Hans"


class Wording:
    """Sentences from Fluent texts; implements `survey_flows.paper.Words`.

    What citizens type never goes through `say`: its results are kept in memory.

    Args:
        sources: Fluent text by language tag; `DEFAULT` must be among them.

    Raises:
        BadInput: a text that is not Fluent, or no text in the default language.
    """

    def __init__(self, sources: Mapping[str, str]) -> None:
        if DEFAULT not in sources:
            raise BadInput(
                f"the wording in {DEFAULT} is missing; it is what other languages fall back to"
            )
        tags = sorted(sources, key=lambda tag: (tag != DEFAULT, tag))
        self._bundles = {tag: _bundle(tag, sources[tag]) for tag in tags}
        self._cached = lru_cache(maxsize=8192)(self._format)

    @property
    def languages(self) -> tuple[str, ...]:
        """Language tags that can be spoken, the default first."""
        return tuple(self._bundles)

    def say(self, lang: str, key: str, /, **args: str | int) -> str:
        """The sentence ``key`` in ``lang``, or in the default language where that has no such sentence.

        Raises:
            Misuse: no such sentence, or a placeholder without a value.
        """
        return self._cached(lang, key, tuple(args.items()))

    def _format(self, lang: str, key: str, args: tuple[tuple[str, str | int], ...]) -> str:
        bundle = self._bundles.get(lang)
        if bundle is None or not bundle.has_message(key):
            bundle = self._bundles[DEFAULT]
        pattern = bundle.get_message(key).value if bundle.has_message(key) else None
        if pattern is None:
            raise Misuse(f"there is no sentence «{key}»")
        text, errors = bundle.format_pattern(pattern, dict(args))
        if errors:
            raise Misuse(f"sentence «{key}» in {lang}: {errors[0]}")
        return str(text)


def _bundle(tag: str, source: str) -> FluentBundle:
    resource = FluentResource(source)
    junk = [entry for entry in resource.body if isinstance(entry, Junk)]
    if junk:
        raise BadInput(f"this is not Fluent: {str(junk[0].content).splitlines()[0]}", f"{tag}.ftl")
    bundle = FluentBundle([tag], use_isolating=False)
    bundle.add_resource(resource)
    return bundle
