"""Addresses beside the versioned API: tokens, health, documentation."""

from django.urls import path

from logistics.api import docs, health, oauth

urlpatterns = [
    path("oauth/token", oauth.TokenView.as_view(), name="oauth-token"),
    path("oauth/revoke", oauth.RevokeView.as_view(), name="oauth-revoke"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("api/docs/", docs.DocsPage.as_view(), name="api-docs"),
    path("api/docs/problems", docs.problems, name="api-problems"),
]
