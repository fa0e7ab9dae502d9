"""Addresses of what can be taken away."""

from django.urls import path

from portal.exports import views

urlpatterns = [
    path("exports/", views.export_list, name="export_list"),
    path("exports/lists/<slug:name>/", views.list_dictionary, name="list_dictionary"),
    path("exports/lists/<slug:name>.<slug:ending>", views.list_export, name="list_export"),
    path("exports/<str:reference>/", views.export_detail, name="export_detail"),
    path("exports/<str:reference>/cancel/", views.export_cancel, name="export_cancel"),
    path("exports/<str:reference>/file/", views.export_download, name="export_download"),
]
