// The scripts of GOV.UK Frontend that the portal uses. script/vendor bundles this into govuk-frontend.min.js.
export {
  createAll,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  FileUpload,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
} from "govuk-frontend";
