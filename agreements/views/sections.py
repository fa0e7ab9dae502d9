"""What a section's page answers: the form, a problem, a conflict, saved; as a page, or as JSON to the autosave."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from agreements.forms.section import SectionForm
from agreements.operations.drafting import Saved
from agreements.questions.definition import Question, Section
from agreements.questions.shown import Words, shown
from agreements.reading import Reading, read
from agreements.turns import turn, unlocked
from portal.foundation import clock, typed

SURE = "sure_about_numbers"
NEW_QUESTIONS = "Your answer opens more questions in this section."
KEPT = "We kept what you were typing when your session ended. It isn’t saved yet."
DOUBT = (
    "This looks like the number of a person in custody. The portal never holds one. Take it out, or tick the box at the "
    "end if it’s something else"
)


class SectionPage:
    """One request to one section. Writes nothing."""

    def __init__(self, request: HttpRequest, reading: Reading, section: Section):
        self.request, self.reading, self.section = request, reading, section
        self.version = reading.version
        self.agreement = self.version.agreement
        self.turn = turn(self.version)
        self.asked = reading.asked_in(section)
        open_now = unlocked(reading, request.user, self.turn.asked)
        self.open = tuple(question for question in self.asked if question.id in open_now)
        self.is_autosave = "X-Autosave" in request.headers

    def blank_form(self) -> SectionForm:
        """The form as stored; or with what this person was typing when their session ended."""
        kept = typed.take_back(self.request)
        if kept is None:
            return self._form()
        messages.warning(self.request, KEPT)
        return self._form(data=kept, validated=False)

    def posted_form(self) -> SectionForm:
        return self._form(data=self.request.POST, files=self.request.FILES)

    def _form(self, questions: tuple[Question, ...] | None = None, **kwargs) -> SectionForm:
        bases = {question_id: str(row.pk) for question_id, row in self.reading.rows.items()}
        questions = self.open if questions is None else questions
        return SectionForm(questions, self.reading.answers, self.reading.lookup, bases=bases, **kwargs)

    def lost_its_turn(self) -> bool:
        """Whether something was typed for a question that isn't open to this person any more."""
        posted = {name.removeprefix("base_") for name in self.request.POST if name.startswith("base_")}
        return bool(posted - {question.id for question in self.open})

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
        texts += [(form.questions[name.split(".")[0]], Words((str(form[name].value()),))) for name in form.errors if form[name].data]
        return self._render("agreements/section_locked.html", status=409, texts=texts)

    def has_doubts(self, form: SectionForm) -> bool:
        """Numbers that look like a prisoner's are questioned before they are saved."""
        doubts = {} if self.request.POST.get(SURE) else form.doubts()
        for name in doubts:
            form.add_error(name, DOUBT)
        self.is_in_doubt = bool(doubts)
        return self.is_in_doubt

    def problem(self, form: SectionForm) -> HttpResponse:
        if self.is_autosave:
            return self._not_saved(form.error_summary()[0][0])
        return self.show(form)

    def show(self, form: SectionForm) -> HttpResponse:
        return self._render(
            "agreements/section_edit.html",
            form=form,
            read_only=[
                (question, self.reading.shown(question)) for question in self.asked if question not in self.open
            ],
            open_comments=self._open_comments(),
            ask_if_sure=getattr(self, "is_in_doubt", False),
            number=self._number(),
        )

    def conflict(self, saved: Saved) -> HttpResponse:
        """Both texts: theirs to read, one's own in the form, which now replaces theirs."""
        if self.is_autosave:
            who = saved.conflicts[0].stored.by
            return self._not_saved(f"{who} has changed this answer meanwhile. Select Save to see both texts.")
        self.reading = read(self.version)
        conflicts = {conflict.question_id: conflict for conflict in saved.conflicts}
        questions = tuple(question for question in self.open if question.id in conflicts)
        data = self.request.POST.copy()
        for question_id in [name for name in data if name.startswith("base_")]:
            del data[question_id]
        for question_id, conflict in conflicts.items():
            data[f"base_{question_id}"] = str(conflict.stored.pk)
        form = self._form(questions, data=data, validated=False)
        theirs = [(entry, conflicts[entry.id].stored, self._theirs(entry.id)) for entry in form.questions_shown]
        return self._render("agreements/section_conflict.html", status=409, form=form, theirs=theirs)

    def _theirs(self, question_id: str):
        return self.reading.shown(self.reading.asked[question_id])

    def saved(self, saved: Saved) -> HttpResponse:
        now = read(self.version)
        opened = [question.id for question in now.asked_in(self.section) if question not in self.asked]
        if self.is_autosave:
            answer = {"saved": clock.say_time(clock.now()), "base": saved.bases}
            return JsonResponse(answer | ({"notice": NEW_QUESTIONS} if opened else {}))
        if opened:
            messages.info(self.request, f"{NEW_QUESTIONS} They are below.")
            return redirect(f"{self.request.path}#question-{opened[0]}")
        messages.success(self.request, f"“{self.section.title}” is saved.")
        following = self._next_section(now) if "continue" in self.request.POST else None
        if following:
            return redirect("section_edit", self.agreement.reference, following.id)
        return redirect("agreement_detail", self.agreement.reference)

    def _next_section(self, reading: Reading) -> Section | None:
        """The next section with something in it for this person."""
        open_now = unlocked(reading, self.request.user, self.turn.asked)
        later = [section for section in reading.sections[self._number() :] if section.home != "actions"]
        return next(
            (section for section in later if any(question.id in open_now for question in reading.asked_in(section))),
            None,
        )

    def _number(self) -> int:
        return [section.id for section in self.reading.sections].index(self.section.id) + 1

    def _open_comments(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for question_id in self.version.comments.filter(resolved_at=None).values_list("question_id", flat=True):
            counts[question_id] = counts.get(question_id, 0) + 1
        return counts

    def _not_saved(self, problem: str) -> JsonResponse:
        return JsonResponse({"problem": problem[:1].lower() + problem[1:]}, status=409)

    def _render(self, template: str, status: int = 200, **context) -> HttpResponse:
        context |= {
            "version": self.version,
            "agreement": self.agreement,
            "section": self.section,
            "turn": self.turn,
            "typed_by": typed.token(self.request.user, self.request.path),
        }
        return render(self.request, template, context, status=status)
