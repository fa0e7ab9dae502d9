"""Promises about the code: what we would repeat in review is a test. Who may import whom is said in pyproject.toml.

Each promise is a function that finds what breaks it. One fault is planted for each, so that none can fall asleep.
"""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portal", "directory", "agreements", "reviews")
LONGEST_FUNCTION, LONGEST_VIEW, LONGEST_FILE = 40, 25, 300

Finder = Callable[[str, str], Iterator[str]]


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(source)))


def calls(source: str, *names: str) -> Iterator[ast.Call]:
    """Calls of a method of one of these names, on whatever object."""
    for node in nodes(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield node


def imported(source: str) -> Iterator[str]:
    """Every module that is imported, and every name that is taken from one."""
    for node in nodes(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in nodes(source) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def is_view(path: str) -> bool:
    return "/views/" in path or path.endswith("/views.py")


def imports_only_in(home: str, package: str) -> Finder:
    def find(path: str, source: str) -> Iterator[str]:
        if path != home:
            yield from (f"imports {name}" for name in imported(source) if name.split(".")[0] == package)

    return find


def writes_a_status(path: str, source: str) -> Iterator[str]:
    """A version's status is set where it begins, and then written by `workflow`. Prisons have a status as well."""
    if path == "agreements/workflow.py" or path.startswith("directory/"):
        return
    for call in calls(source, "update", "update_or_create"):
        yield from (f"update(status=…), line {call.lineno}" for word in call.keywords if word.arg == "status")
    for node in nodes(source):
        targets = node.targets if isinstance(node, ast.Assign) else []
        yield from (
            f"….status = …, line {node.lineno}"
            for target in targets
            if isinstance(target, ast.Attribute) and target.attr == "status"
        )


def hands_work_to_the_broker(path: str, source: str) -> Iterator[str]:
    yield from (
        f".{call.func.attr}(, line {call.lineno}" for call in calls(source, "delay", "apply_async", "send_task")
    )


# Lookups by a parent that was found through visible_to, and counts of rows that belong to no party.
BY_PARENT = {"version", "version__in", "version__agreement", "agreement", "agreements__in", "post__in"}
OF_NO_PARTY = {"EligibilityCheck", "Notification", "OpenDataEdition"}


def reads_past_what_a_person_may_see(path: str, source: str) -> Iterator[str]:
    """A view starts from `visible_to`, or from the parent that it found that way."""
    if not is_view(path):
        return
    parents = {child: node for node in nodes(source) for child in ast.iter_child_nodes(node)}
    for node in nodes(source):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager"):
            follows = parents.get(node)
            if not _starts_from_what_is_seen(node, follows, parents):
                yield f"{ast.unparse(follows or node)}, line {node.lineno}"
    for node in nodes(source):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("_or_404"):
            model = ast.unparse(node.args[0])
            is_bare = model[:1].isupper() and ".visible_to(" not in model
            if is_bare and not {word.arg for word in node.keywords} & BY_PARENT:
                yield f"{ast.unparse(node)}, line {node.lineno}"


def _starts_from_what_is_seen(node: ast.Attribute, follows: ast.AST | None, parents: dict) -> bool:
    model = ast.unparse(node.value)
    if not isinstance(follows, ast.Attribute):
        return False
    call = parents.get(follows)
    named = {word.arg for word in call.keywords} if isinstance(call, ast.Call) else set()
    return (
        follows.attr == "visible_to" or model in OF_NO_PARTY or (follows.attr == "filter" and bool(named & BY_PARENT))
    )


def uses_signals(path: str, source: str) -> Iterator[str]:
    for name in imported(source):
        if name.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals")):
            yield f"imports {name}"


def lets_other_sites_post(path: str, source: str) -> Iterator[str]:
    yield from (f"imports {name}" for name in imported(source) if name.endswith("csrf_exempt"))


def has_a_long_function(path: str, source: str) -> Iterator[str]:
    for function in functions(source):
        length = function.end_lineno - function.lineno + 1
        most = LONGEST_VIEW if is_view(path) else LONGEST_FUNCTION
        if length > most:
            yield f"{function.name} has {length} lines"


def is_a_long_file(path: str, source: str) -> Iterator[str]:
    if (length := len(source.splitlines())) > LONGEST_FILE:
        yield f"has {length} lines"


VAGUE = {"utils.py", "helpers.py", "common.py", "misc.py", "signals.py", "services.py", "operations2.py"}


def has_a_vague_name(path: str, source: str) -> Iterator[str]:
    if Path(path).name in VAGUE:
        yield "says nothing about what is in it"


def leaves_plain_python(path: str, source: str) -> Iterator[str]:
    """What can be decided without a database is."""
    if path.startswith("agreements/questions/"):
        outside = ("django", "portal", "directory", "reviews", "agreements.")
        for name in imported(source):
            if name.startswith(outside) and not name.startswith("agreements.questions"):
                yield f"imports {name}"


def reads_another_clock(path: str, source: str) -> Iterator[str]:
    """Time comes from one clock, which tests can set."""
    if path == "portal/foundation/clock.py":
        return
    for call in calls(source, "now", "today", "utcnow"):
        if ast.unparse(call.func).split(".")[-2] in ("datetime", "date", "timezone", "dt"):
            yield f"{ast.unparse(call)}, line {call.lineno}"


def writes_without_an_author(path: str, source: str) -> Iterator[str]:
    """Every write names who does it: `by`, as a keyword only."""
    if not path.startswith(("agreements/operations/", "directory/operations", "reviews/operations")):
        return
    for function in functions(source):
        is_write = any(ast.unparse(decorator) == "transaction.atomic" for decorator in function.decorator_list)
        if is_write and "by" not in {argument.arg for argument in function.args.kwonlyargs}:
            yield f"{function.name} has no keyword by="


def writes_in_a_get(path: str, source: str) -> Iterator[str]:
    """Every view function says which methods it answers."""
    if not is_view(path):
        return
    for function in functions(source):
        first = function.args.args[0].arg if function.args.args else ""
        annotation = ast.unparse(function.returns) if function.returns else ""
        is_page = first == "request" and "HttpResponse" in annotation and not function.name.startswith("_")
        limits = any("require_" in ast.unparse(decorator) for decorator in function.decorator_list)
        if is_page and f".{function.name}," in routed() and not limits:
            yield f"{function.name} answers every method"


@cache
def routed() -> str:
    """All that the URLconfs say."""
    return "\n".join(path.read_text() for app in APPS for path in (ROOT / app).rglob("urls.py"))


PYTHON: dict[str, Finder] = {
    "only the workflow writes a status": writes_a_status,
    "only pdf.py knows WeasyPrint": imports_only_in("portal/foundation/pdf.py", "weasyprint"),
    "only seal.py knows pyHanko": imports_only_in("portal/foundation/seal.py", "pyhanko"),
    "nobody hands work to the broker": hands_work_to_the_broker,
    "a view reads only what its reader may see": reads_past_what_a_person_may_see,
    "nothing listens to signals": uses_signals,
    "no page takes a post of another site": lets_other_sites_post,
    "functions are short, and views are recipes": has_a_long_function,
    "files are short": is_a_long_file,
    "modules have names that say something": has_a_vague_name,
    "the question engine is plain Python": leaves_plain_python,
    "there is one clock": reads_another_clock,
    "every write names its author": writes_without_an_author,
    "every page says which methods it answers": writes_in_a_get,
}
PLANTED_PYTHON = {
    "only the workflow writes a status": ("agreements/effects.py", "Version.objects.filter(pk=1).update(status='x')"),
    "only pdf.py knows WeasyPrint": ("agreements/documents.py", "from weasyprint import HTML"),
    "only seal.py knows pyHanko": ("agreements/tasks.py", "import pyhanko.sign"),
    "nobody hands work to the broker": ("agreements/views/steps.py", "print_documents.delay()"),
    "a view reads only what its reader may see": ("agreements/views/x.py", "Version.objects.get(pk=1)"),
    "nothing listens to signals": ("agreements/apps.py", "from django.db.models.signals import post_save"),
    "no page takes a post of another site": ("a/views.py", "from django.views.decorators.csrf import csrf_exempt"),
    "functions are short, and views are recipes": ("a/views.py", "def page():\n" + "    pass\n" * 25),
    "files are short": ("agreements/x.py", "x = 1\n" * 301),
    "modules have names that say something": ("agreements/utils.py", ""),
    "the question engine is plain Python": ("agreements/questions/x.py", "from agreements.models import Answer"),
    "there is one clock": ("agreements/x.py", "timezone.now()"),
    "every write names its author": ("agreements/operations/x.py", "@transaction.atomic\ndef f(version): pass"),
    "every page says which methods it answers": (
        "a/views.py",
        "def step_take(request: HttpRequest) -> HttpResponse: pass",
    ),
}


def python_files() -> Iterator[tuple[str, str]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


# Templates


def includes_more_than_it_says(path: str, source: str) -> Iterator[str]:
    for tag in re.findall(r"{%\s*include\b.*?%}", source, re.S):
        if not re.search(r"\bonly\s*%}$", tag):
            yield tag


INLINE = re.compile(r"""<style\b|<script\b(?!.*\ssrc=)|<[^>]*\s(style|on[a-z]+)\s*=\s*["']""", re.S)


def has_style_or_script_inline(path: str, source: str) -> Iterator[str]:
    """The content security policy would refuse it, and the page would break where nobody looks."""
    without_comments = re.sub(r"{#.*?#}", "", source, flags=re.S)
    yield from (tag for tag in re.findall(r"<[a-zA-Z][^<>]*", without_comments) if INLINE.match(tag))


def names_no_parameters(path: str, source: str) -> Iterator[str]:
    """What is included lists its parameters in a comment on the first line."""
    if path in included() and path.endswith(".html") and not source.startswith("{#"):
        yield "has no comment on its first line"


@cache
def included() -> frozenset[str]:
    names = re.findall(r"{%\s*include\s+[\"']([^\"']+)", "\n".join(text for _, text in templates()))
    return frozenset(f"templates/{name}" for name in names)


TEMPLATES: dict[str, Finder] = {
    "an include sees only what it is given": includes_more_than_it_says,
    "no style and no script stands in a page": has_style_or_script_inline,
    "what is included lists its parameters": names_no_parameters,
}
PLANTED_TEMPLATES = {
    "an include sees only what it is given": ("templates/x.html", '{% include "components/tag.html" with a=b %}'),
    "no style and no script stands in a page": ("templates/x.html", '<p style="color: red">'),
    "what is included lists its parameters": ("templates/components/tag.html", "<p>"),
}


def templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".svg", ".txt"):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


# The tests


def breaches(find: Finder, files: Iterator[tuple[str, str]]) -> list[str]:
    return [f"{path}: {fault}" for path, source in files for fault in find(path, source)]


@pytest.mark.parametrize("promise", PYTHON)
def test_the_code_keeps_its_promise_that(promise):
    assert breaches(PYTHON[promise], python_files()) == []


@pytest.mark.parametrize("promise", TEMPLATES)
def test_the_templates_keep_their_promise_that(promise):
    assert breaches(TEMPLATES[promise], templates()) == []


@pytest.mark.parametrize(
    ("find", "planted"),
    [
        (finders[name], plants[name])
        for finders, plants in ((PYTHON, PLANTED_PYTHON), (TEMPLATES, PLANTED_TEMPLATES))
        for name in finders
    ],
    ids=[*PYTHON, *TEMPLATES],
)
def test_a_planted_fault_is_found_by_the_promise_that(find, planted):
    assert len(list(find(*planted))) == 1


@pytest.mark.parametrize("tag", ["<script>", "<style>", '<a onclick="x()">', '<svg style="x">'])
def test_inline_style_and_script_are_found_in_every_form(tag):
    assert list(has_style_or_script_inline("templates/x.html", tag)) == [tag.rstrip(">")]


@pytest.mark.parametrize("call", ["get_object_or_404(Version, pk=1)", "Version._base_manager.all()", "Version.objects"])
def test_a_view_gets_past_what_is_visible_by_no_side_door(call):
    assert len(list(reads_past_what_a_person_may_see("agreements/views/x.py", call))) == 1


def test_a_view_that_starts_from_what_is_visible_is_in_order():
    seen = """
Version.objects.visible_to(request.user).get(pk=1)
Answer.objects.filter(version=version)
get_object_or_404(Comment, version=version, pk=1)
"""
    assert list(reads_past_what_a_person_may_see("agreements/views/x.py", seen)) == []


def test_apps_are_found_and_files_read():
    """An empty list of files would keep every promise."""
    assert {path.split("/")[0] for path, _ in python_files()} == set(APPS)
    assert len(list(templates())) > 40
