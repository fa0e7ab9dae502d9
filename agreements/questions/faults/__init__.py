"""Everything that is wrong with a definition, each fault in a sentence that names the question."""

from collections.abc import Iterator

from agreements.questions.faults.conditions import reference_faults
from agreements.questions.faults.controls import choices_of, question_faults
from agreements.questions.faults.form import Raw, form_faults, name_of, objects, texts, twice


def faults(definition: object) -> list[str]:
    """In the order of the questions; an empty list when the definition may be published. Survives any JSON."""
    if not isinstance(definition, dict):
        return ["The question set must be a JSON object"]
    found = [*form_faults("set", definition, "The question set"), *_identity_faults(definition)]
    for section in objects(definition.get("sections")):
        found += form_faults("section", section, f"Section {name_of(section)}")
        for question in objects(section.get("questions")):
            found += question_faults(question)
    return list(dict.fromkeys([*found, *reference_faults(definition)]))


def _identity_faults(definition: Raw) -> Iterator[str]:
    sections = objects(definition.get("sections"))
    questions = [question for section in sections for question in objects(section.get("questions"))]
    yield from (f"Section {again}: the id is used twice" for again in twice(sections, "id"))
    yield from (f"{again}: the id is used twice" for again in twice(questions, "id"))
    used = {name_of(question) for question in questions}
    for retired in texts(definition.get("retired")):
        if retired in used:
            yield f"{retired}: this id was retired and can't be used again"
    gone = set(texts(definition.get("retired")))
    for path, value in (each for question in questions for each in choices_of(question, name_of(question))):
        if f"{path}.{value}" in gone:
            yield f"{path}: the choice “{value}” was retired and can't come back with the same id"
