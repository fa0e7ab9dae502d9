"""Pages about people, posts and parties."""

from django.urls import path

from directory.views import accounts, invitations, joining, organisations, people

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/roles/", people.role_list, name="role_list"),
    path("people/persons/<int:person_id>/", accounts.person_detail, name="person_detail"),
    path("people/persons/<int:person_id>/close/", accounts.account_close, name="account_close"),
    path("people/persons/<int:person_id>/reopen/", accounts.account_reopen, name="account_reopen"),
    path("people/posts/<int:post_id>/change/", people.post_change, name="post_change"),
    path("people/posts/<int:post_id>/give/", people.post_give, name="post_give"),
    path("people/holdings/<int:holding_id>/end/", people.holding_end, name="holding_end"),
    path("people/holdings/<int:holding_id>/hand-over/", people.holding_hand_over, name="holding_hand_over"),
    path(
        "people/invitations/<int:invitation_id>/take-back/",
        invitations.invitation_take_back,
        name="invitation_take_back",
    ),
    path("people/at/<slug:kind>/<slug:slug>/", people.party_people, name="party_people"),
    path("people/at/<slug:kind>/<slug:slug>/add/", people.post_add, name="post_add"),
    path("manage/organisations/<slug:slug>/", organisations.organisation_change, name="organisation_change"),
    path("manage/organisations/<slug:slug>/merge/", organisations.organisation_merge, name="organisation_merge"),
    path("manage/organisations/<slug:slug>/leave/", organisations.organisation_leave, name="organisation_leave"),
    path("manage/organisations/<slug:slug>/back/", organisations.organisation_come_back, name="organisation_come_back"),
    path("manage/merges/<int:merge_id>/undo/", organisations.merge_undo, name="merge_undo"),
    path("invitations/<str:token>/", invitations.invitation_accept, name="invitation_accept"),
    path("join/", joining.join, name="join"),
    path("join/done/", joining.join_done, name="join_done"),
    path("manage/joining/", joining.joining_list, name="joining_list"),
    path("manage/joining/<int:request_id>/", joining.joining_detail, name="joining_detail"),
]
