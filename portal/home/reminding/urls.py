"""Addresses of what people are told, and of what CJVSF looks after so that nobody is forgotten."""

from django.urls import path

from portal.home.reminding import views

urlpatterns = [
    path("account/mail/", views.mail_preference, name="mail_preference"),
    path("account/away/", views.absence_list, name="absence_list"),
    path("account/away/<int:absence_id>/remove/", views.absence_remove, name="absence_remove"),
    path("account/calendar/", views.calendar_list, name="calendar_list"),
    path("account/calendar/<slug:whose>/renew/", views.calendar_renew, name="calendar_renew"),
    path("calendar/<str:secret>.ics", views.calendar_feed, name="calendar_feed"),
    path("manage/mail/", views.mail_log, name="mail_log"),
    path("manage/nobody/", views.orphan_list, name="orphan_list"),
]
