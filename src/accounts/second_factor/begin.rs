//! Somebody takes a second factor: a secret for their authenticator app, which asks for nothing until
//! they have shown that the app knows it.

use data_encoding::BASE32_NOPAD;
use qrcode::QrCode;
use qrcode::render::svg;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use sea_orm::sea_query::OnConflict;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::factor::{self, BYTES};
use crate::accounts::authenticate::Proven;
use crate::accounts::refusals::SECOND_FACTOR_ON;
use crate::app::App;
use crate::error::{Error, Fault};
use crate::sealed::SECOND_FACTOR;

/// What the app is to be told, once.
#[derive(Serialize, Deserialize)]
pub struct Begun {
    /// Base32, to be typed where nothing can be scanned.
    pub secret: String,
    /// `otpauth://…`
    pub address: String,
}

impl Begun {
    /// The address as a QR code, an SVG image made here: no other site learns of it.
    ///
    /// # Errors
    /// Only faults.
    pub fn qr_code(&self) -> Result<String, Fault> {
        let code = QrCode::new(self.address.as_bytes()).map_err(Fault::of)?;
        Ok(code.render::<svg::Color<'_>>().min_dimensions(240, 240).build())
    }
}

/// Makes a secret, in the place of one that was never confirmed.
///
/// # Errors
/// As [`Proven::hold`]; 409 `second_factor_on`.
pub async fn begin(app: &App, proven: Proven) -> Result<Begun, Error> {
    let bytes = Zeroizing::new(app.chance.secret::<BYTES>()?);
    let secret = BASE32_NOPAD.encode(bytes.as_ref());
    let txn = app.database.begin_write().await?;
    let (account, _) = proven.hold(app, &txn).await?;
    if factor::is_on(&txn, account.id).await? {
        return Err(SECOND_FACTOR_ON.into());
    }
    let address = factor::clock(bytes.as_ref(), &account.address(&app.secrets)?)?.to_url().map_err(Fault::of)?;
    let row = factor::ActiveModel {
        account_id: Set(account.id),
        secret: Set(SECOND_FACTOR.seal(&app.secrets, &[account.id], &secret)?),
        begun_at: Set(app.now()),
        confirmed_at: Set(None),
        last_step: Set(0),
    };
    let anew = OnConflict::column(factor::Column::AccountId)
        .update_columns([factor::Column::Secret, factor::Column::BegunAt, factor::Column::LastStep])
        .to_owned();
    factor::Entity::insert(row).on_conflict(anew).exec_without_returning(&txn).await?;
    txn.commit().await?;
    Ok(Begun { secret, address })
}
