"""Addresses of sign-in, sign-out, the language switch and the home redirect."""

from django.urls import path

from logistics.web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in", views.SignIn.as_view(), name="sign-in"),
    path("sign-out", views.SignOut.as_view(), name="sign-out"),
    path("language", views.set_language, name="set-language"),
]
