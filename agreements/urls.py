"""Nouns, then the verb. Public ids can't be counted."""

from django.urls import include, path

from agreements.views import (
    actions,
    assurance,
    changing,
    documents,
    doing,
    drafting,
    listing,
    moving,
    question_pieces,
    question_sets,
    starting,
    steps,
    verifying,
)

one = [
    path("", listing.agreement_detail, name="agreement_detail"),
    path("sections/<slug:section_id>/", drafting.section_edit, name="section_edit"),
    path("check/", drafting.agreement_check, name="agreement_check"),
    path("questions/<slug:question_id>/comments/", drafting.comment_add, name="comment_add"),
    path("comments/<int:comment_id>/resolve/", drafting.comment_resolve, name="comment_resolve"),
    path("files/<uuid:attachment_id>/", drafting.attachment_download, name="attachment_download"),
    path("actions/", actions.action_list, name="action_list"),
    path("actions/add/", actions.action_add, name="action_add"),
    path("actions/pack/", actions.action_pack, name="action_pack"),
    path("actions/<int:action_id>/", actions.action_change, name="action_change"),
    path("actions/<int:action_id>/remove/", actions.action_remove, name="action_remove"),
    path("actions/<int:action_id>/progress/", doing.action_progress, name="action_progress"),
    path("actions/<int:action_id>/confirm/", doing.action_confirm, name="action_confirm"),
    path("actions/<int:action_id>/say/<slug:what>/", doing.action_say, name="action_say"),
    path("history/", listing.agreement_history, name="agreement_history"),
    path("compare/", listing.agreement_compare, name="agreement_compare"),
    path("steps/<slug:name>/", steps.step_take, name="step_take"),
    path("words/", documents.agreement_words, name="agreement_words"),
    path("changes/", changing.agreement_changes, name="agreement_changes"),
    path("data.json", documents.agreement_data, name="agreement_data"),
    path("pdf/", documents.pdf_ask, name="pdf_ask"),
    path("pdf/<int:printing_id>/", documents.pdf_download, name="pdf_download"),
    path("pdf/<int:printing_id>/state/", documents.pdf_state, name="pdf_state"),
    path("data-flow/", documents.data_flow, name="data_flow"),
    path("consent-form/<slug:edition>/", documents.consent_form, name="consent_form"),
    path("newer-questions/", moving.newer_questions, name="newer_questions"),
    path("profile/", assurance.profile_use, name="profile_use"),
    path("copy/", starting.agreement_copy, name="agreement_copy"),
]

urlpatterns = [
    path("start/", starting.start, name="start"),
    path("start/result/", starting.start_result, name="start_result"),
    path("start/new/", starting.agreement_new, name="agreement_new"),
    path("agreements/", listing.agreement_list, name="agreement_list"),
    path("agreements/<str:reference>/", include(one)),
    path("actions/", doing.action_board, name="action_board"),
    path("services/<str:reference>/", starting.service_detail, name="service_detail"),
    path("profiles/<slug:slug>/", assurance.profile_detail, name="profile_detail"),
    path("profiles/<slug:slug>/change/", assurance.profile_change, name="profile_change"),
    path("verify/", verifying.verify, name="verify"),
    path("forms/", documents.blank_list, name="blank_list"),
    path("forms/<slug:kind>/<slug:edition>/", documents.blank_download, name="blank_download"),
    path("manage/question-sets/", question_sets.question_set_list, name="question_set_list"),
    path("manage/question-sets/<slug:kind>/", question_sets.question_set_detail, name="question_set_detail"),
    path(
        "manage/question-sets/<slug:kind>/edit/<slug:question_id>/", question_sets.question_edit, name="question_edit"
    ),
    path(
        "manage/question-sets/<slug:kind>/sections/<slug:section_id>/",
        question_pieces.set_section_edit,
        name="set_section_edit",
    ),
    path("manage/question-sets/<slug:kind>/parts/<str:path>/", question_pieces.part_edit, name="part_edit"),
    path("manage/question-sets/<slug:kind>/choices/<str:path>/", question_pieces.choices_edit, name="choices_edit"),
    path("manage/question-sets/<slug:kind>/add/<slug:section_id>/", question_sets.question_add, name="question_add"),
    path(
        "manage/question-sets/<slug:kind>/retire/<slug:question_id>/",
        question_sets.question_retire,
        name="question_retire",
    ),
    path(
        "manage/question-sets/<slug:kind>/move/<slug:question_id>/", question_sets.question_move, name="question_move"
    ),
    path("manage/question-sets/<slug:kind>/preview/", question_sets.question_set_preview, name="question_set_preview"),
    path("manage/question-sets/<slug:kind>/compare/", question_sets.question_set_compare, name="question_set_compare"),
    path("manage/question-sets/<slug:kind>/publish/", question_sets.question_set_publish, name="question_set_publish"),
    path("manage/question-sets/<slug:kind>/discard/", question_sets.question_set_discard, name="question_set_discard"),
]
