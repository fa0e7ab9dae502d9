"""Nouns, then the verb. A review is named by its agreement's reference and its number in it."""

from django.urls import include, path

from reviews.views import confirming, figures, listing, printing, writing

one = [
    path("", listing.review_detail, name="review_detail"),
    path("sections/<slug:section_id>/", writing.review_section, name="review_section"),
    path("confirm/", confirming.review_confirm, name="review_confirm"),
    path("card/", printing.rating_card, name="rating_card"),
    path("record/", printing.record_ask, name="record_ask"),
    path("record/<int:record_id>/", printing.record_download, name="record_download"),
    path("record/<int:record_id>/state/", printing.record_state, name="record_state"),
]

urlpatterns = [
    path("reviews/", listing.review_list, name="review_list"),
    path("reviews/<str:reference>/<int:number>/", include(one)),
    path("figures/<str:reference>/", figures.figure_list, name="figure_list"),
    path("figures/<str:reference>/<str:quarter>/", figures.figure_edit, name="figure_edit"),
]
