"""Open addresses. They end without a slash, as Open Referral's do."""

from django.urls import path

from directory.feeds import views

urlpatterns = [
    path("", views.api_page, name="api_page"),
    path("v1/openapi.json", views.api_document, name="api_document"),
    path("v1/open-referral/", views.hsds_about, name="hsds_about"),
    path("v1/open-referral/<slug:resource>", views.hsds_list, name="hsds_list"),
    path("v1/open-referral/<slug:resource>/<str:identifier>", views.hsds_item, name="hsds_item"),
    path("v1/<slug:resource>", views.api_list, name="api_list"),
    path("v1/<slug:resource>/<slug:reference>", views.api_item, name="api_item"),
    path("v1/<path:path>", views.api_missing, name="api_missing"),
]
