from django.urls import path

from portal.home import mail

urlpatterns = [
    path("", mail.mail_list, name="mail_list"),
    path("<slug:name>/", mail.mail_detail, name="mail_detail"),
]
