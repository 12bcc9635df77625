//! What this room holds about a person, and how it forgets it.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{consent, couple, given_contact, offer, volunteer_contact};
use crate::app::App;
use crate::error::{Error, Fault};

fn one_of_two(registrations: &[Uuid]) -> Condition {
    let mine = || registrations.iter().copied();
    Condition::any().add(couple::Column::LoId.is_in(mine())).add(couple::Column::HiId.is_in(mine()))
}

/// What the person agreed to, offered, and became.
///
/// # Errors
/// Only faults.
pub async fn export(db: &impl ConnectionTrait, app: &App, registrations: &[Uuid]) -> Result<Value, Error> {
    let mine = || registrations.iter().copied();
    let consents = consent::Entity::find().filter(consent::Column::RegistrationId.is_in(mine())).all(db).await?;
    let offers = offer::Entity::find().filter(offer::Column::RegistrationId.is_in(mine())).all(db).await?;
    let given =
        given_contact::Entity::find().filter(given_contact::Column::RegistrationId.is_in(mine())).all(db).await?;
    let given = given.iter().map(|row| Ok(json!({"match_id": row.match_id, "details": row.details(app)?})));
    let seen = volunteer_contact::Entity::find().filter(volunteer_contact::Column::RegistrationId.is_in(mine()));
    let seen = seen.all(db).await?;
    let seen =
        seen.iter().map(|row| Ok(json!({"match_id": row.match_id, "details": row.details(app)?, "at": row.given_at})));
    let couples = couple::Entity::find().filter(one_of_two(registrations)).all(db).await?;
    let consents = consents
        .iter()
        .map(|row| json!({"match_id": row.match_id, "show": row.show, "follow_up": row.follow_up, "at": row.given_at}));
    let offers = offers.iter().map(|row| json!({"match_id": row.match_id, "fields": row.fields, "at": row.offered_at}));
    let couples = couples.iter().map(|row| {
        json!({
            "match_id": row.match_id,
            "event_id": row.event_id,
            "on_stage": row.on_stage,
            "formed_at": row.formed_at,
            "withdrawn_at": row.withdrawn_at,
            "follow_up_since": row.follow_up_since,
        })
    });
    Ok(json!({
        "consents": consents.collect::<Vec<_>>(),
        "contact_offers": offers.collect::<Vec<_>>(),
        "contacts_given": given.collect::<Result<Vec<_>, Error>>()?,
        "volunteer_sees": seen.collect::<Result<Vec<_>, Error>>()?,
        "couples": couples.collect::<Vec<_>>(),
    }))
}

/// Takes back every consent and every offer. Couples are no longer shown or followed up; that there
/// was one stays, in the union's figures.
pub async fn erase(txn: &impl ConnectionTrait, app: &App, registrations: &[Uuid]) -> Result<(), Fault> {
    let mine = || registrations.iter().copied();
    consent::Entity::delete_many().filter(consent::Column::RegistrationId.is_in(mine())).exec(txn).await?;
    offer::Entity::delete_many().filter(offer::Column::RegistrationId.is_in(mine())).exec(txn).await?;
    given_contact::Entity::delete_many().filter(given_contact::Column::RegistrationId.is_in(mine())).exec(txn).await?;
    let seen = volunteer_contact::Column::RegistrationId.is_in(mine());
    volunteer_contact::Entity::delete_many().filter(seen).exec(txn).await?;
    couple::Entity::update_many()
        .col_expr(couple::Column::WithdrawnAt, Expr::value(app.now()))
        .filter(one_of_two(registrations))
        .filter(couple::Column::WithdrawnAt.is_null())
        .exec(txn)
        .await?;
    couple::Entity::update_many()
        .col_expr(couple::Column::FollowUpSince, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
        .filter(one_of_two(registrations))
        .exec(txn)
        .await?;
    Ok(())
}
