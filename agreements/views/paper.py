"""CJVSF takes in what was signed on paper before the portal was there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from agreements.forms.scanning import PaperForm
from agreements.forms.section import SectionForm
from agreements.operations import question_sets, scanning
from agreements.reading import options_for
from agreements.views.managing import for_cjvsf
from portal.foundation.doubts import DOUBT, SURE, doubts
from portal.foundation.exceptions import NotReady


@for_cjvsf
@require_http_methods(["GET", "HEAD", "POST"])
def paper_add(request: HttpRequest) -> HttpResponse:
    """One page: the scan, the parties, and what the portal itself needs to know from the paper."""
    if request.method != "POST":
        return show(request, PaperForm(), questions_form())
    answers = questions_form(data=request.POST, files=request.FILES)
    if "rows" in request.POST:
        return show(request, as_typed(request), answers.with_row_command())
    form = PaperForm(request.POST, request.FILES)
    is_right = all([form.is_valid(), answers.is_valid()])
    is_in_doubt = ask_about_numbers(request, answers) if is_right else False
    if not is_right or is_in_doubt:
        return show(request, form, answers, is_in_doubt=is_in_doubt)
    try:
        version = scanning.take_in_paper(**form.chosen, answers=answers.answers(), by=request.user)
    except NotReady as refused:
        return show(request, form, answers, reasons=refused.reasons)
    messages.success(request, "The agreement is taken in. Both sides are told, and the directory lists it.")
    return redirect("agreement_detail", version.agreement.reference)


def questions_form(**given) -> SectionForm:
    words = question_sets.published_set("agreement").words
    questions = [words.questions[name] for name in scanning.MAPPED if name in words.questions]
    return SectionForm(questions, {}, options_for(None), **given)


def as_typed(request: HttpRequest) -> PaperForm:
    """The first part as it was typed, not judged while rows are added to the second."""
    form = PaperForm()
    widgets = ((name, field.widget) for name, field in form.fields.items() if name != "scan")
    return PaperForm(initial={name: widget.value_from_datadict(request.POST, {}, name) for name, widget in widgets})


def ask_about_numbers(request: HttpRequest, answers: SectionForm) -> bool:
    doubted = {} if request.POST.get(SURE) else doubts(answers)
    for name in doubted:
        answers.add_error(name, DOUBT)
    return bool(doubted)


def show(request: HttpRequest, form: PaperForm, answers: SectionForm, **more) -> HttpResponse:
    context = {"form": form, "answers": answers, "is_sent": request.method == "POST"} | more
    return render(request, "agreements/paper_add.html", context, status=409 if more.get("reasons") else 200)
