"""Addresses of what can be taken away."""

from django.urls import path

from portal.exports import views
from portal.exports.open_data import views as open_data

urlpatterns = [
    path("open-data/", open_data.open_data, name="open_data"),
    path("open-data/datapackage.json", open_data.open_data_schema, name="open_data_schema"),
    path("open-data/<slug:table>.<slug:ending>", open_data.open_data_file, name="open_data_file"),
    path("exports/", views.export_list, name="export_list"),
    path("exports/lists/<slug:name>/", views.list_dictionary, name="list_dictionary"),
    path("exports/lists/<slug:name>.<slug:ending>", views.list_export, name="list_export"),
    path("exports/<str:reference>/", views.export_detail, name="export_detail"),
    path("exports/<str:reference>/cancel/", views.export_cancel, name="export_cancel"),
    path("exports/<str:reference>/file/", views.export_download, name="export_download"),
]
