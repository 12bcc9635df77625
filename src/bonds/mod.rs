//! What vouches for rows that open something: whose a token is, which address and which rights an
//! account has. A bond is a keyed digest over columns of its row, under a key that is not in the
//! database, so that somebody who can write the database and has no key can neither put in a row of
//! their own, nor give an existing one another owner, nor make themselves an administrator.
//!
//! All bonds are listed here, so that they can be made anew in one place when the key changes; the
//! rooms say what follows where one does not hold.

pub mod bond;
pub mod renew;
pub mod sealed_column;
pub mod standing;

use chrono::{DateTime, Utc};

use bond::Bond;
use bond::Part::{Bytes, Flag, Id, Moment, Text};
use sealed_column::SealedColumn;

/// Which address and which rights an account has.
pub const ACCOUNT: Bond = Bond::of("account", "bond", &[Id("id"), Bytes("email_digest"), Flag("administrator")]);
/// Whose session a browser's token opens.
pub const SESSION: Bond =
    Bond::of("session", "token_bond", &[Id("id"), Id("account_id"), Bytes("token_digest"), Moment("expires_at")]);
/// Whose sign-in the tokens of a program belong to.
pub const TOKEN_FAMILY: Bond =
    Bond::of("token_family", "bond", &[Id("id"), Id("account_id")]).made_when_called("sign_in");
/// To which sign-in a refresh token belongs.
pub const REFRESH_TOKEN: Bond =
    Bond::of("refresh_token", "token_bond", &[Id("id"), Id("family_id"), Bytes("token_digest"), Moment("expires_at")]);
/// Which address the link in a letter proves.
pub const SIGN_UP: Bond =
    Bond::of("sign_up", "token_bond", &[Id("id"), Bytes("email_digest"), Bytes("token_digest"), Moment("expires_at")]);
/// Whose password a link sets, and which address it was written to.
pub const RESET: Bond = Bond::of(
    "reset_request",
    "token_bond",
    &[Id("id"), Id("account_id"), Bytes("address_digest"), Bytes("token_digest"), Moment("expires_at")],
);
/// At which event a device is a desk.
pub const DEVICE: Bond = Bond::of("device", "token_bond", &[Id("id"), Id("event_id"), Bytes("token_digest")]);
/// Which event a screen may watch.
pub const SCREEN: Bond = Bond::of("screen_pass", "token_bond", &[Id("id"), Id("event_id"), Bytes("token_digest")]);

/// Of which union a phone redeems vouchers.
pub const SHOP: Bond = Bond::of("shop", "token_bond", &[Id("id"), Id("organization_id"), Bytes("token_digest")]);

/// Who is invited to what, and which link accepts it.
pub const INVITATION: Bond = Bond::of(
    "invitation",
    "bond",
    &[Id("id"), Text("kind"), Id("subject_id"), Bytes("email_digest"), Bytes("token_digest"), Moment("expires_at")],
);

/// Every bond of the house.
pub const ALL: &[Bond] =
    &[ACCOUNT, SESSION, TOKEN_FAMILY, REFRESH_TOKEN, SIGN_UP, RESET, DEVICE, SCREEN, SHOP, INVITATION];

/// The hash of a password, sealed in the row of its account: whoever has only the database can neither
/// guess at it nor put another's in its place.
pub const PASSWORD: SealedColumn = SealedColumn { table: "account", name: "password" };

/// Every column of the house that is sealed in its row, and not listed elsewhere.
pub const SEALED: &[SealedColumn] = &[PASSWORD];

/// How a moment is vouched for: to the second, for databases keep less of it than a clock tells.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> [u8; 8] {
    at.timestamp().to_be_bytes()
}
