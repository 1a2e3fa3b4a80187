from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import retarget

from community.discussions import policies, services
from community.discussions.events import event_of
from community.discussions.forms import PostForm, RemoveForm
from community.discussions.limits import EDITING, POSTING
from community.discussions.models import Post, Thread
from community.discussions.reading import Reading, read_thread
from community.discussions.topics import topic_of
from community.members.requests import MemberRequest
from core import topics
from core.forms import RefusedError, form_page, form_status, refusals_in_form
from core.json_errors import wants_json
from core.numbers import row_number
from core.refusals import Refusal
from core.requests import SiteRequest

CHANGES_AT_ONCE = 100


@require_GET
def thread(request: SiteRequest, thread_id: int) -> HttpResponse:
    """The conversation on its own page."""
    return thread_page(request, visible_thread(request, thread_id), PostForm())


@require_POST
def post(request: MemberRequest, thread_id: int) -> HttpResponse:
    """Redirect to the new post on the subject's page; 201 with the post's event for a script. A refused text is kept
    in the form."""
    found = visible_thread(request, thread_id)
    form = PostForm(request.POST)
    try:
        policies.can_post(request.viewer, found).require()
        if form.is_valid():
            POSTING.apply(request)
            made = services.post_message(thread=found, actor=request.user, text=form.cleaned_data["text"])
            if wants_json(request):
                event = event_of(Post.objects.for_reading().get(pk=made.pk))
                return JsonResponse(event.to_dict(), status=201)
            return back_to(found, made.number)
    except Refusal as refusal:
        is_signed_out = request.viewer.is_anonymous and not wants_json(request)
        sentence = sign_in_link(found, refusal) if is_signed_out else ""
        form.add_error("text", RefusedError(refusal, sentence))
    if wants_json(request):
        return JsonResponse(
            {"error": " ".join(str(error) for error in form.errors["text"])}, status=form_status(form)
        )
    return thread_page(request, found, form)


@require_http_methods(["GET", "POST"])
def edit(request: MemberRequest, thread_id: int, number: int) -> HttpResponse:
    found = visible_post(request, thread_id, number)
    policies.can_edit_own(request.viewer, found).require()
    form = PostForm(request.POST or None, initial={"text": found.text}, **in_place(request, found))
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form, "text"):
            EDITING.apply(request)
            services.edit_post(post=found, actor=request.user, text=form.cleaned_data["text"])
            return changed(request, found)
    return asking(request, "edit", form, {"post": found, **about(found.thread)})


@require_http_methods(["GET", "POST"])
def remove(request: MemberRequest, thread_id: int, number: int) -> HttpResponse:
    found = visible_post(request, thread_id, number)
    policies.can_remove(request.viewer, found).require()
    is_own = request.viewer.is_member(found.author_id)
    form = RemoveForm(request.POST if request.method == "POST" else None, **in_place(request, found))
    if request.method == "POST" and form.is_valid():
        EDITING.apply(request)
        services.remove_post(post=found, actor=request.user, why=form.cleaned_data["why"])
        return changed(request, found)
    return asking(request, "remove", form, {"post": found, "is_own": is_own, **about(found.thread)})


@require_POST
def lock(request: MemberRequest, thread_id: int) -> HttpResponse:
    found = visible_thread(request, thread_id)
    services.lock_thread(thread=found, actor=request.user)
    return back_to(found)


@require_POST
def unlock(request: MemberRequest, thread_id: int) -> HttpResponse:
    found = visible_thread(request, thread_id)
    services.unlock_thread(thread=found, actor=request.user)
    return back_to(found)


@require_GET
@cache_control(private=True, no_store=True)
def changes(request: SiteRequest, thread_id: int) -> JsonResponse:
    """Return the changes after `?after=VERSION`, oldest first, at most a hundred. While `more` is true, the client asks
    again from `version`."""
    after = row_number(request.GET.get("after", "0"))
    if after is None:
        raise Http404
    # Read before the posts: with a version that is too old the client gets a change twice. A newer one would hide it.
    found = visible_thread(request, thread_id)
    posts = list(found.posts.for_reading().after(after)[: CHANGES_AT_ONCE + 1])
    more = len(posts) > CHANGES_AT_ONCE
    posts = posts[:CHANGES_AT_ONCE]
    return JsonResponse(
        {
            "version": posts[-1].version if more else found.version,
            "locked": found.locked_at is not None,
            "more": more,
            "changes": [event_of(one).to_dict() for one in posts],
        }
    )


def visible_thread(request: SiteRequest, thread_id: int) -> Thread:
    return get_object_or_404(
        Thread.objects.visible_to(request.viewer).select_related("subject"), pk=thread_id
    )


def visible_post(request: SiteRequest, thread_id: int, number: int) -> Post:
    posts = Post.objects.visible_to(request.viewer).with_html().select_related("thread__subject")
    return get_object_or_404(posts, thread_id=thread_id, number=number)


def back_to(found: Thread, number: int | None = None) -> HttpResponseRedirect:
    """Redirect to the subject's page where it shows the post, else to the thread's own page."""
    subject = found.subject.object
    address = subject.get_absolute_url() if subject else ""
    return redirect(f"{address or found.get_absolute_url()}#{f'post-{number}' if number else 'thread'}")


def sign_in_link(found: Thread, refusal: Refusal) -> SafeString:
    """The refusal's sentence as a link to sign in, which then leads back to the conversation."""
    query = urlencode({"next": f"{about(found)['subject_url']}#thread"})
    return format_html('<a href="{}?{}">{}</a>', reverse("account_login"), query, refusal)


def in_place(request: SiteRequest, found: Post) -> dict[str, Any]:
    """Arguments of a form that htmx puts into the post. Ids have a prefix, since the page has other forms."""
    return {"auto_id": f"post_{found.number}_%s"} if request.htmx else {}


def asking(request: SiteRequest, verb: str, form: Form, context: dict[str, Any]) -> HttpResponse:
    """Render the form: for htmx only the form, to stand in the post; else as a page of its own."""
    if not request.htmx:
        return form_page(request, f"discussions/{verb}.html", form, context)
    # htmx swaps only successful responses, so a form with errors has status 200 and replaces itself.
    response = render(request, f"discussions/{verb}_in_place.html", {**context, "form": form})
    return retarget(response, "this") if form.errors else response


def changed(request: SiteRequest, found: Post) -> HttpResponse:
    """Redirect to the post; htmx gets the changed post itself."""
    if not request.htmx:
        return back_to(found.thread, found.number)
    post = Post.objects.for_reading().get(pk=found.pk)
    post.thread = found.thread
    reading = Reading(thread=found.thread, viewer=request.viewer, items=[post], tail=post.number)
    return render(request, "discussions/post.html", {"post": post, "reading": reading})


def about(found: Thread) -> dict[str, object]:
    subject = found.subject.object
    return {
        "subject": subject,
        "subject_url": (subject and subject.get_absolute_url()) or found.get_absolute_url(),
    }


def thread_page(request: SiteRequest, found: Thread, form: PostForm) -> HttpResponse:
    subject = found.subject
    topics.page_uses(topic_of(found), topics.subject(subject.kind, subject.object.pk))
    reading = read_thread(found, request.viewer, asked=request.GET.get("posts", ""))
    context = {"reading": reading, "next": request.path, **about(found)}
    return form_page(request, "discussions/thread_page.html", form, context)
