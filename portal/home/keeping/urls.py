"""How long records are kept, legal holds, and what is held about one person."""

from django.urls import path

from portal.home.keeping import views

urlpatterns = [
    path("manage/retention/", views.retention, name="retention"),
    path("manage/retention/<slug:name>/", views.retention_change, name="retention_change"),
    path("manage/holds/add/", views.hold_place, name="hold_place"),
    path("manage/holds/<int:hold_id>/lift/", views.hold_lift, name="hold_lift"),
    path("people/persons/<int:person_id>/data/", views.personal_data, name="personal_data"),
    path("people/persons/<int:person_id>/data.json", views.personal_data_json, name="personal_data_json"),
    path("people/persons/<int:person_id>/data/<int:copy_id>/", views.personal_data_pdf, name="personal_data_pdf"),
    path("people/persons/<int:person_id>/erase/", views.account_erase, name="account_erase"),
]
