//! Stories about an event, told through HTTP, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story may stop"
)]

mod fixtures;

mod accounts;
mod age;
mod asked;
mod at_rest;
mod attack;
mod badges;
mod blessings;
mod cast;
mod chat;
mod checkin;
mod circle;
mod clocks;
mod confessions;
mod contract;
mod copy;
mod couples;
mod database;
mod dates;
mod demonstration;
mod doctor;
mod documents;
mod draws;
mod events;
mod files;
mod forgeries;
mod forgotten;
mod goods;
mod health;
mod holds;
mod house;
mod introductions;
mod invitations;
mod live;
mod locked;
mod lost_answers;
mod mail;
mod moved;
mod nobody_sat;
mod organizations;
mod pages;
mod people;
mod personal;
mod picks;
mod plaza;
mod points;
mod programme;
mod posters;
mod postpone;
mod proofs;
mod reaching;
mod registrations;
mod rehearsal;
mod remembered;
mod reports;
mod rotation;
mod round_clock;
mod screening;
mod screens;
mod second_factor;
mod second_thoughts;
mod sheets;
mod sign_up;
mod snapshots;
mod stage;
mod take_down;
mod units;
mod union_tree;
mod unreadable;
mod unseen;
mod volunteers;
mod wall;
