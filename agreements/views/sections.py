"""What a section's page of a version answers; as a page, or as JSON to the autosave."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from agreements.assurance import taken, takes_from_profile
from agreements.forms.section import SectionForm
from agreements.neighbours import ASKS_OF_OTHERS, NEEDS_AND_GROUPS, alike
from agreements.operations.answering import Saved
from agreements.questions.definition import Question, Section
from agreements.questions.progress import row_labels
from agreements.questions.types import ACTIONS
from agreements.reading import Reading, read
from agreements.turns import turn, unlocked
from agreements.views.answering import AnswersPage
from portal.foundation import clock

NEW_QUESTIONS = "Your answer opens more questions in this section."
FEWER_QUESTIONS = "After your answer, some questions in this section are no longer asked."


class SectionPage(AnswersPage):
    """One request to one section of a version. Writes nothing."""

    edit_template = "agreements/section_edit.html"
    conflict_template = "agreements/section_conflict.html"
    locked_template = "agreements/section_locked.html"
    reading: Reading

    def __init__(self, request: HttpRequest, reading: Reading, section: Section):
        self.version = reading.version
        self.turn = turn(self.version)
        open_now = unlocked(reading, request.user, self.turn.asked)
        super().__init__(request, self.version.agreement, reading, section, open_now)

    def read_again(self) -> Reading:
        return read(self.version)

    def surroundings(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "turn": self.turn,
            "back_url": reverse("agreement_detail", args=[self.agreement.reference]),
            "back_label": "Task list",
            "moved_on": f"The agreement has moved on since you opened the page: it is now "
            f"{self.version.get_status_display().lower()}.",
        }

    def show(self, form: SectionForm, **more: Any) -> HttpResponse:
        more |= self._what_is_there() | {
            "taken": taken(self.reading, self.section),
            "takes_from_profile": takes_from_profile(
                self.section, self.request.user, self.agreement.organisation, self.unlocked
            ),
        }
        return super().show(form, open_comments=self._open_comments(), number=self._number(), **more)

    def _what_is_there(self) -> dict[str, Any]:
        """Like services at the prison, for the questions that ask of them; and why the partner goes on."""
        if not ASKS_OF_OTHERS & {question.id for question in self.asked}:
            return {}
        told = {"asks_of_others": ASKS_OF_OTHERS, "alike": alike(self.version), "is_partners_part": True}
        if self.section.stage > 1:
            told |= {"is_partners_part": False, "reason": self.reading.answers.get("S1-07", "")}
        return told

    def _already_there(self, saved: Saved) -> str:
        """Said as soon as need and group are picked: that the same is done for the same people."""
        count = 0
        if NEEDS_AND_GROUPS & set(saved.written):
            count = sum(each.is_for_the_same_people for each in alike(self.version))
        if not count:
            return ""
        begins = "One service addresses" if count == 1 else f"{count} services address"
        return (
            f"{begins} the same need for the same people at {self.agreement.establishment}. Say in S1-07 why you go on."
        )

    def saved(self, saved: Saved) -> HttpResponse:
        now = read(self.version)
        opened = [question.id for question in self._questions_for(now) if not self._was_on_the_page(question, now)]
        if self.is_autosave:
            answer = {"saved": clock.say_time(clock.now()), "base": saved.bases}
            notice = " ".join(
                filter(None, [NEW_QUESTIONS if opened else self._what_it_closed(now), self._already_there(saved)])
            )
            return JsonResponse(answer | ({"notice": notice} if notice else {}))
        if there := self._already_there(saved):
            messages.info(self.request, there)
        if opened:
            messages.info(self.request, f"{NEW_QUESTIONS} They are below.")
            return redirect(f"{self.request.path}#question-{opened[0]}")
        messages.success(self.request, f"“{self.section.title}” is saved. {self._what_it_closed(now)}".strip())
        following = self._next_section(now) if "continue" in self.request.POST else None
        if following:
            return redirect("section_edit", self.agreement.reference, following.id)
        return redirect("agreement_detail", self.agreement.reference)

    def _what_it_closed(self, now: Reading) -> str:
        """Said aloud, because the questions are still on the page that sent the answer."""
        still_asked = {question.id for question in now.asked_in(self.section)}
        return FEWER_QUESTIONS if {question.id for question in self.asked} - still_asked else ""

    def _questions_for(self, reading: Reading) -> list[Question]:
        """What is asked of this person in the section now."""
        open_now = unlocked(reading, self.request.user, self.turn.asked)
        return [question for question in reading.asked_in(self.section) if question.id in open_now]

    def _was_on_the_page(self, question: Question, now: Reading) -> bool:
        """Asked before; and before "Save and continue", seen: what an autosave has opened isn't on the page yet."""
        if question not in self.asked:
            return False
        if "continue" not in self.request.POST:
            return True
        labels = row_labels(question, now.answers, now.lookup) if question.type == "per_row" else ()
        posted = {self.request.POST.get(f"{question.id}.{index}.for") for index in range(len(labels))}
        return question.id in self.posted_questions() and posted >= set(labels)

    def _next_section(self, reading: Reading) -> Section | None:
        """The next section with something in it for this person."""
        open_now = unlocked(reading, self.request.user, self.turn.asked)
        later = [section for section in reading.sections[self._number() :] if section.home != ACTIONS]
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
