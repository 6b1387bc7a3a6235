"""What a draft was made from: kept with it, and told in words to whoever reads or approves it."""

from collections.abc import Sequence

from inbox.models import Draft, StandardLine, Template

MOST_SOURCES = 20


def from_line(draft: Draft, line: StandardLine) -> None:
    """A standard line was put in."""
    _add(draft, "lines", f"{line.number} v{line.version}")


def from_template(draft: Draft, template: Template) -> None:
    """The words of a template were put in."""
    _add(draft, "templates", f"{template.name} v{template.version}")


def from_answer(draft: Draft, reference: str) -> None:
    """Words of an answer on another case of the office were put in, without whoever it was to."""
    _add(draft, "answers", reference)


def from_machine(draft: Draft, model: str, proposal_id: str, text: str) -> None:
    """Words of a drafting model were put in: a machine's until somebody changes or approves them."""
    draft.provenance = {
        **draft.provenance, "source": "machine", "model": model, "proposal": proposal_id,
        "machine_text": text,
    }  # fmt: skip


def is_untouched_machine_text(draft: Draft) -> bool:
    """Whether the words of the model stand there exactly as the model wrote them."""
    text = draft.provenance.get("machine_text")
    return isinstance(text, str) and bool(text.strip()) and text.strip() in draft.text


def in_words(draft: Draft) -> tuple[str, ...]:
    """Each source in a sentence; empty for what was typed by hand."""
    found = draft.provenance
    told: list[str] = []
    begun = found.get("template")
    templates = [str(begun)] if begun else []
    templates += [one for one in _listed(found.get("templates")) if one not in templates]
    told += [f"From {one.replace('-', ' ')}." for one in templates]
    told += [f"Standard line {one.replace(' v', ', version ')}." for one in _listed(found.get("lines"))]
    told += [f"Words of the answer on {one}." for one in _listed(found.get("answers"))]
    if model := found.get("model"):
        changed = (
            "nobody has changed them" if is_untouched_machine_text(draft) else "changed by a person since"
        )
        told.append(f"Words of a drafting model ({model}), {changed}.")
    return tuple(told)


def _add(draft: Draft, key: str, one: str) -> None:
    known = _listed(draft.provenance.get(key))
    if one not in known:
        draft.provenance = {**draft.provenance, key: [*known, one][-MOST_SOURCES:]}


def _listed(value: object) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
