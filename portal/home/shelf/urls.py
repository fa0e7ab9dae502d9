"""The operator's shelf."""

from django.urls import path

from portal.home.shelf import views

urlpatterns = [
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("complaints/", views.complaints, name="complaints"),
    path("manage/complaints/", views.complaint_list, name="complaint_list"),
    path("manage/complaints/<str:reference>/", views.complaint_detail, name="complaint_detail"),
    path("manage/complaints/<str:reference>/acknowledge/", views.complaint_acknowledge, name="complaint_acknowledge"),
]
