from django.urls import path

from portal.home import handover, views

urlpatterns = [
    path("", views.front, name="front"),
    path("home/", views.home, name="home"),
    path("people/holdings/<int:holding_id>/pack/", handover.handover_pack, name="handover_pack"),
    path("language/", views.language_choose, name="language_choose"),
    path("health/live/", views.live, name="live"),
    path("health/ready/", views.ready, name="ready"),
]
