"""What a page of questions answers: the form, a problem, a conflict, what came too late. Versions and reviews share it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from agreements.forms.section import SectionForm
from agreements.models import Agreement
from agreements.operations.answering import Saved, Stored
from agreements.questions.definition import Question, Section
from agreements.questions.shown import Nothing, Shown, Words, shown
from agreements.questions.values import Lookup
from portal.foundation import typed
from portal.foundation.doubts import DOUBT, SURE, doubts

KEPT = "We kept what you were typing when your session ended. It isn’t saved yet."


class Answered(Protocol):
    """What is answered, read once: `agreements.reading.Reading` is one."""

    @property
    def rows(self) -> Mapping[str, Stored]: ...

    @property
    def answers(self) -> Mapping[str, Any]: ...

    @property
    def lookup(self) -> Lookup: ...

    def asked_in(self, section: Section) -> tuple[Question, ...]: ...

    def shown(self, question: Question) -> Shown: ...


class AnswersPage:
    """One request to one section of questions. Writes nothing. Subclasses say which templates, and what else they show."""

    edit_template = conflict_template = locked_template = ""

    def __init__(
        self, request: HttpRequest, agreement: Agreement, reading: Answered, section: Section, open_now: frozenset[str]
    ):
        self.request, self.agreement, self.section = request, agreement, section
        self.reading: Any = reading
        self.asked = reading.asked_in(section)
        self.unlocked = open_now
        self.open = tuple(question for question in self.asked if question.id in open_now)
        self.is_autosave = "X-Autosave" in request.headers
        self.is_in_doubt = False

    def read_again(self) -> Any:
        raise NotImplementedError

    def surroundings(self) -> dict[str, Any]:
        """What the templates show around the questions: where back leads, and why questions may be closed."""
        raise NotImplementedError

    def saved(self, saved: Saved) -> HttpResponse:
        """What follows when everything was saved: where to go on, or what an autosave is told."""
        raise NotImplementedError

    def answer(self, save: Callable[[SectionForm], Saved]) -> HttpResponse:
        """The page; or what becomes of a post, which `save` writes when nothing stands against it."""
        if self.request.method != "POST":
            return self.show(self.blank_form())
        if self.lost_its_turn():
            return self.show_what_was_typed()
        form = self.posted_form()
        if "rows" in self.request.POST:
            return self.show(form.with_row_command())
        if not form.is_valid() or self.has_doubts(form):
            return self.problem(form)
        saved = save(form)
        return self.conflict(saved) if saved.conflicts else self.saved(saved)

    def blank_form(self) -> SectionForm:
        """The form as stored; or with what this person was typing when their session ended."""
        kept = typed.take_back(self.request)
        if kept is None:
            return self._form()
        messages.warning(self.request, KEPT)
        return self._form(data=kept, validated=False)

    def posted_form(self) -> SectionForm:
        return self._form(data=self.request.POST, files=self.request.FILES)

    def _form(self, questions: Sequence[Question] | None = None, **kwargs) -> SectionForm:
        bases = {question_id: str(row.pk) for question_id, row in self.reading.rows.items()}
        questions = self.open if questions is None else questions
        return SectionForm(questions, self.reading.answers, self.reading.lookup, bases=bases, **kwargs)

    def lost_its_turn(self) -> bool:
        """Whether something was typed for a question that isn't open to this person any more.

        A question that another answer has just closed was on the page too: it is left out, and that isn't a loss.
        """
        return bool(self.posted_questions() - self.unlocked)

    def posted_questions(self) -> set[str]:
        return {name.removeprefix("base_") for name in self.request.POST if name.startswith("base_")}

    def show_what_was_typed(self) -> HttpResponse:
        """Nothing is saved, and nothing is lost: the words are there to copy."""
        if self.is_autosave:
            return self._not_saved("these questions aren’t open to you any more. Select Save to see why.")
        form = self._form(self.section.questions, data=self.request.POST, files=self.request.FILES)
        form.is_valid()
        texts = [
            (question, shown(question, form.answer(question.id), self.reading.lookup))
            for question in form.questions.values()
            if question.is_stored
        ]
        wrong = [name for name in form.errors if form[name].data]
        texts += [(form.questions[name.split(".")[0]], Words((str(form[name].value()),))) for name in wrong]
        return self._render(self.locked_template, status=409, texts=texts)

    def has_doubts(self, form: SectionForm) -> bool:
        """Numbers that look like a prisoner's are questioned before they are saved."""
        doubted = {} if self.request.POST.get(SURE) else doubts(form)
        for name in doubted:
            form.add_error(name, DOUBT)
        self.is_in_doubt = bool(doubted)
        return self.is_in_doubt

    def problem(self, form: SectionForm) -> HttpResponse:
        if self.is_autosave:
            return self._not_saved(form.error_summary()[0][0])
        return self.show(form)

    def show(self, form: SectionForm, **more: Any) -> HttpResponse:
        read_only = [(question, self.reading.shown(question)) for question in self.asked if question not in self.open]
        # What a step will fill in is nothing to wait for here.
        read_only = [(question, shown) for question, shown in read_only if question.is_stored or shown != Nothing()]
        return self._render(self.edit_template, form=form, read_only=read_only, ask_if_sure=self.is_in_doubt, **more)

    def conflict(self, saved: Saved) -> HttpResponse:
        """Both texts: theirs to read, one's own in the form, which now replaces theirs."""
        if self.is_autosave:
            who = saved.conflicts[0].stored.by
            return self._not_saved(f"{who} has changed this answer meanwhile. Select Save to see both texts.")
        self.reading = self.read_again()
        conflicts = {conflict.question_id: conflict for conflict in saved.conflicts}
        questions = tuple(question for question in self.open if question.id in conflicts)
        data = self.request.POST.copy()
        for question_id in [name for name in data if name.startswith("base_")]:
            del data[question_id]
        for question_id, conflict in conflicts.items():
            data[f"base_{question_id}"] = str(conflict.stored.pk)
        form = self._form(questions, data=data, validated=False)
        theirs = [
            (entry, conflicts[entry.id].stored, self.reading.shown(entry.question)) for entry in form.questions_shown
        ]
        return self._render(self.conflict_template, status=409, form=form, theirs=theirs)

    def _not_saved(self, problem: str) -> JsonResponse:
        return JsonResponse({"problem": problem[:1].lower() + problem[1:]}, status=409)

    def _render(self, template: str, status: int = 200, **context) -> HttpResponse:
        context |= {
            "agreement": self.agreement,
            "section": self.section,
            "typed_by": typed.token(self.request.user, self.request.path),
        }
        return render(self.request, template, context | self.surroundings(), status=status)
