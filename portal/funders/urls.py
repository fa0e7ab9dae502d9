"""For funders, and for everybody."""

from django.urls import path

from portal.funders import views

urlpatterns = [
    path("funding/", views.portfolio, name="portfolio"),
    path("funding/<str:reference>/", views.shared_agreement, name="shared_agreement"),
    path("public/<str:reference>/", views.public_agreement, name="public_agreement"),
]
