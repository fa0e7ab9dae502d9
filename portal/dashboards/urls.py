"""Dashboards, and the lists and reports that belong to them. What is chosen stands in the query of an address."""

from django.urls import path

from portal.dashboards import views
from portal.dashboards.behind import LISTS
from portal.dashboards.scope import ORGANISATION, PRISON

urlpatterns = [
    path("dashboards/", views.estate_dashboard, name="estate_dashboard"),
    path("dashboards/prisons/<slug:slug>/", views.party_dashboard, {"kind": PRISON}, name="prison_dashboard"),
    path(
        "dashboards/organisations/<slug:slug>/",
        views.party_dashboard,
        {"kind": ORGANISATION},
        name="organisation_dashboard",
    ),
    path("dashboards/reports/", views.report_list, name="report_list"),
    path("dashboards/reports/<int:report_id>/", views.report_download, name="report_download"),
    *(path(f"dashboards/lists/{what}/", views.list_behind, {"what": what}, name=f"{what}_behind") for what in LISTS),
]
