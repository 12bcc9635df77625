//! Who may read a letter besides its addressee, by its kind. One list for the whole house: a kind
//! that is missing here opens for nobody.

use crate::page::{Page, fluent};

/// What an administrator may see of a letter where letters are kept and they are the postman.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// May be opened, one at a time and on record.
    Opens,
    /// Stands in the outbox with its addressee and opens for nobody: what became of somebody.
    Closed,
    /// That it was written, and to whom, already tells who found whom: it stands in no list and in
    /// no count, and where it could not be delivered without kind, event and addressee.
    Secret,
}

/// Kinds that lead into an account or to an evening, and say nothing about how it went.
pub const OPENS: [&str; 15] = [
    "verify",
    "known",
    "reset",
    "password_changed",
    "second_factor_on",
    "recovery_codes_renewed",
    "second_factor_ended",
    "account_locked",
    "account_unlocked",
    "invited",
    "invitation",
    "badge",
    "reminder",
    "postponed",
    "announcement",
];

/// Kinds that tell their addressee what became of them, and of which everybody concerned gets one.
pub const CLOSED: [&str; 11] = [
    "approved",
    "rejected",
    "restored",
    "screened",
    "standby_offer",
    "round_over",
    "draw_won",
    "voucher_taken",
    "voucher_ended",
    "feedback",
    "online_feedback",
];

/// Kinds only some people get, because of somebody else.
pub const SECRET: [&str; 8] = [
    "match",
    "contact_opened",
    "case_due",
    "follow_up",
    "case_letter",
    "case_reply",
    "introduction_proposed",
    "introduction_made",
];

/// Of letters of this kind.
#[must_use]
pub fn privacy(kind: &str) -> Privacy {
    if SECRET.contains(&kind) {
        Privacy::Secret
    } else if OPENS.contains(&kind) {
        Privacy::Opens
    } else {
        debug_assert!(CLOSED.contains(&kind), "{kind}: list it in mail/kind.rs");
        Privacy::Closed
    }
}

/// What such a letter is called, in the reader's language.
#[must_use]
pub fn kind_label(page: &Page, kind: &str) -> String {
    fluent::find(page.language, &format!("letter-{}", kind.replace('_', "-"))).unwrap_or_else(|| kind.to_owned())
}
