//! The schema, one file a change, in the order it grew.
//!
//! Migrations are frozen once released: they use plain table and column names and never import an
//! entity, because an entity describes today and a migration describes the day it was written.

pub use sea_orm_migration::prelude::*;

mod columns;
mod m0001_ground;
mod m0002_tenants;
mod m0003_accounts;
mod m0004_staff;
mod m0005_events;
mod m0006_registrations;
mod m0007_points;
mod m0008_plaza;
mod m0009_screening;
mod m0010_badges;
mod m0011_checkin;
mod m0012_dates;
mod m0013_picks;
mod m0014_couples;
mod m0015_volunteers;
mod m0016_attendance;
mod m0017_numbers;
mod m0020_photos;
mod m0021_announcements;
mod m0022_devices;
mod m0040_stage;
mod m0041_screens;
mod m0050_date_notes;
mod m0051_said_on_ballots;
mod m0052_feedback;
mod m0060_programme;
mod m0070_hearts;
mod m0071_circle;
mod m0072_consents;
mod m0100_house;
mod m0101_bonds;
mod m0120_letters_asked_for;
mod m0121_knocks_by_asker;
mod m0122_spent_by;
mod m0123_born_on;
mod m0140_invitations;
mod m0150_pick_keys;
mod m0155_contact_given;
mod m0160_pulse;
mod m0170_sealed_answers;
mod m0180_vigil;
mod m0190_sealed_addresses;
mod m0191_sealed_birthdays;
mod m0192_bound_invitations;
mod m0193_dots_in_names;
mod m0194_evening;
mod m0195_screening_additions;
mod m0196_typed_units;
mod m0110_sealed_letters;
mod m0111_sealed_people;
mod m0130_second_factor;
mod m0131_seen_at;
mod m0200_plain_names;
mod m0210_told_changes;
mod m0220_applicants_by_side;
mod m0230_running_rounds;
mod m0240_told_people;
mod m0241_lines_of_person;
mod m0242_found_by_index;
mod m0250_boards;
mod m0255_draws;
mod m0256_goods;
mod m0275_volunteer_contact;
mod m0276_case_letters;
mod m0277_case_questions;
mod m0278_case_calendars;
mod m0279_introductions;
mod m0285_chat;
mod m0286_online_feedback;
mod m0287_desk_boards;
mod m0295_union_parents;
mod m0296_account_locks;
mod m0420_moved_evenings;

/// Migrations that the binary before them can live with: it neither reads nor writes differently than
/// before, so that old and new processes may serve side by side while they are replaced one by one. A
/// table or a column with a default that the old one knows nothing of is such; whatever takes away,
/// renames or demands is not. What is not named here stops every older process.
pub const LIVED_WITH: &[&str] = &[
    "m0100_house",
    "m0160_pulse",
    "m0180_vigil",
    "m0131_seen_at",
    "m0195_screening_additions",
    "m0196_typed_units",
    "m0194_evening",
    "m0210_told_changes",
    "m0220_applicants_by_side",
    "m0230_running_rounds",
    "m0240_told_people",
    "m0241_lines_of_person",
    "m0242_found_by_index",
    "m0250_boards",
    "m0255_draws",
    "m0256_goods",
    "m0285_chat",
    "m0286_online_feedback",
    "m0287_desk_boards",
    "m0295_union_parents",
    "m0296_account_locks",
    "m0420_moved_evenings",
];

/// What was only called otherwise: taking such a migration back loses nothing of it.
pub use m0200_plain_names::{COLUMNS as RENAMED_COLUMNS, TABLES as RENAMED_TABLES};

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_ground::Migration),
            Box::new(m0002_tenants::Migration),
            Box::new(m0003_accounts::Migration),
            Box::new(m0004_staff::Migration),
            Box::new(m0005_events::Migration),
            Box::new(m0006_registrations::Migration),
            Box::new(m0007_points::Migration),
            Box::new(m0008_plaza::Migration),
            Box::new(m0009_screening::Migration),
            Box::new(m0010_badges::Migration),
            Box::new(m0011_checkin::Migration),
            Box::new(m0012_dates::Migration),
            Box::new(m0013_picks::Migration),
            Box::new(m0014_couples::Migration),
            Box::new(m0015_volunteers::Migration),
            Box::new(m0016_attendance::Migration),
            Box::new(m0017_numbers::Migration),
            Box::new(m0020_photos::Migration),
            Box::new(m0021_announcements::Migration),
            Box::new(m0022_devices::Migration),
            Box::new(m0040_stage::Migration),
            Box::new(m0041_screens::Migration),
            Box::new(m0050_date_notes::Migration),
            Box::new(m0051_said_on_ballots::Migration),
            Box::new(m0052_feedback::Migration),
            Box::new(m0060_programme::Migration),
            Box::new(m0070_hearts::Migration),
            Box::new(m0071_circle::Migration),
            Box::new(m0072_consents::Migration),
            Box::new(m0100_house::Migration),
            Box::new(m0101_bonds::Migration),
            Box::new(m0120_letters_asked_for::Migration),
            Box::new(m0121_knocks_by_asker::Migration),
            Box::new(m0122_spent_by::Migration),
            Box::new(m0123_born_on::Migration),
            Box::new(m0140_invitations::Migration),
            Box::new(m0150_pick_keys::Migration),
            Box::new(m0155_contact_given::Migration),
            Box::new(m0160_pulse::Migration),
            Box::new(m0170_sealed_answers::Migration),
            Box::new(m0180_vigil::Migration),
            Box::new(m0110_sealed_letters::Migration),
            Box::new(m0111_sealed_people::Migration),
            Box::new(m0190_sealed_addresses::Migration),
            Box::new(m0191_sealed_birthdays::Migration),
            Box::new(m0192_bound_invitations::Migration),
            Box::new(m0130_second_factor::Migration),
            Box::new(m0131_seen_at::Migration),
            Box::new(m0193_dots_in_names::Migration),
            Box::new(m0194_evening::Migration),
            Box::new(m0195_screening_additions::Migration),
            Box::new(m0196_typed_units::Migration),
            Box::new(m0200_plain_names::Migration),
            Box::new(m0210_told_changes::Migration),
            Box::new(m0220_applicants_by_side::Migration),
            Box::new(m0230_running_rounds::Migration),
            Box::new(m0240_told_people::Migration),
            Box::new(m0241_lines_of_person::Migration),
            Box::new(m0242_found_by_index::Migration),
            Box::new(m0250_boards::Migration),
            Box::new(m0255_draws::Migration),
            Box::new(m0256_goods::Migration),
            Box::new(m0275_volunteer_contact::Migration),
            Box::new(m0276_case_letters::Migration),
            Box::new(m0277_case_questions::Migration),
            Box::new(m0278_case_calendars::Migration),
            Box::new(m0279_introductions::Migration),
            Box::new(m0285_chat::Migration),
            Box::new(m0286_online_feedback::Migration),
            Box::new(m0287_desk_boards::Migration),
            Box::new(m0420_moved_evenings::Migration),
            Box::new(m0296_account_locks::Migration),
            // Last, for `tests/hosts` has the present binary stand for the one before the newest migration: it has
            // to serve an evening without it.
            Box::new(m0295_union_parents::Migration),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lived_with_is_there() {
        let names: Vec<String> = Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
        let strangers: Vec<_> = LIVED_WITH.iter().filter(|name| !names.contains(&(**name).to_owned())).collect();
        assert!(strangers.is_empty(), "{strangers:?}");
    }
}
