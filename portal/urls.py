"""Every address of the portal."""

from django.urls import include, path

handler500 = "portal.home.views.fault"
urlpatterns = [
    path("", include("portal.home.urls")),
    path("mail/", include("portal.home.mail_urls")),
    path("", include("portal.home.reminding.urls")),
    path("", include("agreements.urls")),
    path("", include("reviews.urls")),
    path("", include("directory.urls")),
    path("", include("portal.exports.urls")),
    path("", include("portal.funders.urls")),
    path("", include("portal.home.shelf.urls")),
    path("", include("portal.home.keeping.urls")),
    path("", include("portal.dashboards.urls")),
    path("account/two-factor/", include("allauth.mfa.urls")),
    path("account/", include("portal.home.account_urls")),
]
