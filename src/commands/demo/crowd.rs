//! The people of a demonstration, written as rows: 800 sign-ups would cost 800 password hashes.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use super::PASSWORD;
use super::pictures::Pictures;
use crate::accounts::consent::{self, Agreed, Sentence};
use crate::accounts::profile::{Gender, Private};
use crate::accounts::{account, password, profile};
use crate::app::App;
use crate::commands::rehearse::cast::{self, Applicant};
use crate::database::Write;
use crate::error::{Error, Fault, Refused};
use crate::language::Language;
use crate::organizations::{organization, staff};
use crate::units::{unit, unit_contact};

/// A date of birth for the crowd's n-th: between 27 and 40 years ago, spread over the year.
fn born(place: usize) -> Option<NaiveDate> {
    let (year, day) = (i32::try_from(1986 + place % 14).ok()?, u32::try_from(1 + place * 37 % 365).ok()?);
    NaiveDate::from_yo_opt(year, day)
}

/// The seats of the main event, which tell how many units its people come from.
pub const SEATS: usize = 300;
/// What the cast is drawn by.
const SEED: u64 = 0;

/// How many rows one statement inserts: SQLite takes 32,766 parameters.
pub const CHUNK: usize = 500;

const INTERESTS: [&str; 8] = ["徒步", "读书", "羽毛球", "摄影", "做饭", "电影", "音乐会", "骑行"];
const EDUCATIONS: [&str; 3] = ["本科", "硕士", "大专"];
const DISTRICTS: [&str; 5] = ["海淀区", "朝阳区", "丰台区", "西城区", "通州区"];
const ABOUT: [&str; 4] = [
    "慢热，但熟了话很多。周末多半在山里或者厨房里。",
    "工作认真，生活随意。希望遇到一个愿意好好说话的人。",
    "喜欢安静的地方和热闹的朋友。",
    "倒班，时间不太规律，但约好了就一定到。",
];

/// Everybody there is, and what they show of themselves.
pub struct Crowd {
    pub union: organization::Model,
    pub organizer: Uuid,
    /// The other people of the crew: host, desk, volunteer.
    pub crew: [Uuid; 3],
    pub units: Vec<Uuid>,
    pub people: Vec<(Uuid, Applicant)>,
    pub pictures: Pictures,
}

/// Writes a union, its units, its crew and its applicants.
///
/// # Errors
/// Only faults.
pub async fn gather(app: &App, applicants: usize) -> Result<Crowd, Error> {
    let hash = password::hash(app, PASSWORD).await?;
    let txn = app.database.begin_write().await?;
    let union = organization::Model {
        id: app.new_id(),
        slug: "yanyuan".to_owned(),
        name: "燕缘际会工会联合会".to_owned(),
        name_en: Some("Yanyuan Federation of Unions".to_owned()),
        created_at: app.now(),
        demands_second_factor: false,
    };
    organization::Entity::insert(organization::ActiveModel::from(union.clone())).exec(&txn).await?;
    let units = employers(app, &txn, union.id).await?;
    let mut crew = Vec::new();
    for role in ["administrator", "organizer", "contact", "host", "desk", "volunteer"] {
        let applicant = Applicant { email: format!("{role}@demo.example"), nickname: role.to_owned(), ..stand_in() };
        crew.push((app.new_id(), applicant));
    }
    let cast = cast::applicants(applicants, SEATS, "demo", SEED).into_iter().enumerate();
    let people: Vec<(Uuid, Applicant)> = cast
        .map(|(number, person)| {
            (app.new_id(), Applicant { email: format!("a{:04}@demo.example", number + 1), ..person })
        })
        .collect();
    write_people(app, &txn, &crew, &hash).await?;
    write_people(app, &txn, &people, &hash).await?;
    let ids: Vec<Uuid> = crew.iter().map(|(id, _)| *id).collect();
    let [administrator, organizer, contact, crew @ ..] = <[Uuid; 6]>::try_from(ids).unwrap_or_default();
    let found = account::find(&txn, administrator).await?.ok_or_else(Refused::not_found)?;
    let row = account::Model { administrator: true, ..found }.bound(app);
    account::Entity::update(row.into_active_model().reset_all()).exec(&txn).await?;
    let grant = staff::ActiveModel {
        id: Set(app.new_id()),
        organization_id: Set(union.id),
        account_id: Set(organizer),
        role: Set(staff::Role::Organizer),
        granted_at: Set(app.now()),
    };
    staff::Entity::insert(grant).exec(&txn).await?;
    if let Some(unit_id) = units.first().copied() {
        let (id, granted_at) = (app.new_id(), app.now());
        let speaks = unit_contact::Model { id, unit_id, account_id: contact, granted_at };
        unit_contact::Entity::insert(speaks.into_active_model().reset_all()).exec(&txn).await?;
    }
    txn.commit().await?;
    let pictures = Pictures::draw().await?;
    Ok(Crowd { union, organizer, crew, units, people, pictures })
}

fn stand_in() -> Applicant {
    cast::applicants(1, 1, "demo", SEED).pop().unwrap_or_else(|| unreachable!("one was asked for"))
}

async fn employers(app: &App, txn: &Write, organization_id: Uuid) -> Result<Vec<Uuid>, Fault> {
    let rows: Vec<unit::ActiveModel> = cast::units(cast::unit_count(SEATS))
        .into_iter()
        .map(|name| unit::ActiveModel {
            id: Set(app.new_id()),
            organization_id: Set(organization_id),
            name_folded: Set(unit::folded(&name)),
            name: Set(name),
            mail_domain: Set(None),
            created_at: Set(app.now()),
            typed_at: Set(None),
        })
        .collect();
    let ids = rows.iter().filter_map(|row| row.id.try_as_ref().copied()).collect();
    unit::Entity::insert_many(rows).exec_without_returning(txn).await?;
    Ok(ids)
}

async fn write_people(app: &App, txn: &Write, people: &[(Uuid, Applicant)], hash: &str) -> Result<(), Error> {
    for chunk in people.chunks(CHUNK) {
        let account = |(id, person): &(Uuid, Applicant)| -> Result<_, Error> {
            Ok(account::new(app, *id, &person.email, hash)?.into_active_model().reset_all())
        };
        let accounts = chunk.iter().map(account).collect::<Result<Vec<_>, _>>()?;
        account::Entity::insert_many(accounts).exec_without_returning(txn).await?;
        let profile = |(place, (id, person)): (usize, &(Uuid, Applicant))| -> Result<_, Error> {
            let wechat = format!("wx_{}", person.email.split('@').next().unwrap_or_default());
            let own = Private { born_on: born(place), wechat: Some(wechat), ..Private::default() };
            Ok(profile::ActiveModel {
                account_id: Set(*id),
                nickname: Set(person.nickname.clone()),
                gender: Set(if person.man { Gender::Male } else { Gender::Female }),
                education: Set(EDUCATIONS.get(place % EDUCATIONS.len()).map(|word| (*word).to_owned())),
                district: Set(DISTRICTS.get(place % DISTRICTS.len()).map(|word| (*word).to_owned())),
                interests: Set(json!([INTERESTS.get(place % 8), INTERESTS.get((place + 1 + place / 3 % 7) % 8)])),
                about: Set(ABOUT.get(place % 7).map(|word| (*word).to_owned())),
                unit_id: Set(None),
                ..own.sealed(&app.secrets, *id)?
            })
        };
        let profiles = chunk.iter().enumerate().map(profile).collect::<Result<Vec<_>, Error>>()?;
        profile::Entity::insert_many(profiles).exec_without_returning(txn).await?;
        let agreed = Agreed::to(Sentence::OF_ACCOUNT, Language::Zh);
        let agreed = chunk.iter().flat_map(|(id, _)| agreed.clone().rows(app, *id, None, app.now()));
        consent::Entity::insert_many(agreed).exec_without_returning(txn).await?;
    }
    Ok(())
}
