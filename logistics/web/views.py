"""Sign-in, sign-out, the language switch and the way home."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from logistics.models import User

LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)
A_YEAR_S = 365 * 86_400


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("User name or password is wrong. Both are case-sensitive."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["password"].label = _("Password")
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
            if isinstance(field, forms.CharField):
                field.widget.attrs["required"] = True


class SignIn(auth.LoginView):
    template_name = "web/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        if isinstance(user, User):
            _agree_on_language(self.request, response, user)
        return response


class SignOut(auth.LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        # The next person at this screen starts with the browser's language, not with this one's.
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return response


def _agree_on_language(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Keep what was chosen on the sign-in page, else take what this person chose last time."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in LANGUAGES:
        User.objects.filter(pk=user.pk).update(language=chosen)
    else:
        _remember_language(response, user.language)


def _remember_language(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=A_YEAR_S,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    response = HttpResponseRedirect(asked if is_ours else reverse("home"))
    language = request.POST.get("language", "")
    if language in LANGUAGES:
        _remember_language(response, language)
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response


def home(request: HttpRequest) -> HttpResponse:
    is_known = request.user.is_authenticated
    return redirect(settings.LOGIN_REDIRECT_URL if is_known else settings.LOGIN_URL)
