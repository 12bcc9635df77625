//! Why this room says no.

crate::refusals! {
    NOT_REGISTERED = forbidden("not_registered", "You have no registration for this event.");
    ALREADY_REGISTERED = conflict("already_registered", "You have a living registration for this event.");
    MAIL_NOT_VERIFIED = forbidden("mail_not_verified", "Confirm your mail address first.");
    PROFILE_MISSING = conflict("profile_missing", "Fill in your profile first.");
    /// By the date of birth, or by a year that leaves no doubt.
    UNDER_AGE = forbidden("under_age", "Only grown-ups take part, from 18 years on.");
    /// The age has to be known for certain, and is not.
    BIRTHDAY_MISSING = conflict("birthday_missing", "Say your date of birth in your profile first.");
    NOT_DECIDABLE = conflict("not_decidable", "The application stands where this decision cannot be made.");
    /// The applicant wrote it down, and the union has neither taken it in nor said which of its units is meant.
    EMPLOYER_UNSETTLED = conflict("employer_unsettled", "Say first what the employer they wrote down is.");
    UNIT_SETTLED = conflict("unit_settled", "Nobody wrote this unit down, or somebody has looked at it already.");
    APPLIED_AGAIN = conflict("applied_again", "The person applied again meanwhile; that application counts.");
    /// Whoever waits to be decided on is in no list any more; they can only be told so.
    SEATS_GIVEN = conflict("seats_given", "The event was screened: only a rejection can follow.");
    UNITS_CHANGED = conflict(
        "units_changed",
        "A colleague entered one of these units in this very moment; import the list again.",
    );
}
