"""Recognise the language of a text with py3langid: a model of 140 languages that comes with the package.

It says how likely each language is. Those that the configuration names are expected: each counts as if it were so
many times likelier. So a short headline is told among the few that are likely, and a text in a language that nobody
named is still not taken for one of them.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from typing import Any, Final

from aggregator.model.language import Recognised, Recogniser

_PACKAGE: Final = "py3langid"
_METHOD: Final = "1"
"""Raised when the same text may be recognised otherwise."""
_EXPECTED: Final = 20.0
_LEAST: Final = 0.8
"""What is less sure is not claimed."""
_MOST_SHOWN: Final = 0.99
_CHARACTERS: Final = 1_000
_LEAST_LETTERS: Final = 2
_NO_WORDS = re.compile(r"\S*(?:://|@|www\.)\S*")
_NONE: Final = "zxx"
"""The model's word for what is no language at all."""
_CODES: Final = {"nb": "no", "iw": "he", "in": "id", "fil": "tl", "cmn": "zh"}
"""Codes for which the model has another one."""
_WRITTEN_ALIKE: Final = {"wuu": "zh", "yue": "zh"}


def can_recognise() -> bool:
    """Say whether the extra ``language`` is there."""
    return importlib.util.find_spec(_PACKAGE) is not None


def load_recogniser(expected: Iterable[str]) -> Recogniser | None:
    """Make a recogniser; None without the extra. The model is loaded when it is first asked, in about a second.

    Args:
        expected: Tags of the languages that are likely, as ``de`` or ``pt-BR``.
    """
    if not can_recognise():
        return None
    subtags = sorted({tag.replace("_", "-").partition("-")[0].lower() for tag in expected})
    likely = {_CODES.get(subtag, subtag): subtag for subtag in subtags}

    def recognise(text: str) -> Recognised | None:
        seen = _NO_WORDS.sub(" ", text[:_CHARACTERS])
        if sum(map(str.isalpha, seen)) < _LEAST_LETTERS:
            return None
        weighed: dict[str, float] = {}
        for code, share in _model().rank(seen):
            whole = code if code in likely else _WRITTEN_ALIKE.get(code, code)
            weighed[whole] = weighed.get(whole, 0.0) + share * (_EXPECTED if whole in likely else 1.0)
        best = max(weighed, key=lambda code: weighed[code])
        # Rounded before it is compared: the last bits differ between processors.
        sure = round(weighed[best] / sum(weighed.values()), 2)
        if sure < _LEAST or best == _NONE:
            return None
        return Recognised(likely.get(best, best), min(sure, _MOST_SHOWN))

    return Recogniser(f"{_PACKAGE} {version(_PACKAGE)}/{_METHOD} {' '.join(subtags)}", recognise)


@lru_cache(maxsize=1)
def _model() -> Any:
    """Load the model; one for all, for it is the same whatever is expected."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
