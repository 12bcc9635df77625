//! Stories in a real browser: headless Chromium before the real server.
//!
//! The browser is spoken to by `WebDriver` over the HTTP client the stories have anyway. A client crate
//! would turn features of `serde_json` on for the program under test (`preserve_order`), and what is
//! tested would no longer be what is shipped.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story may stop"
)]

#[expect(dead_code, reason = "shared with tests/event, where the rest is used")]
#[path = "../event/fixtures/mod.rs"]
mod fixtures;

mod axe;
mod big_screen;
mod driver;
mod hall;
mod line;
mod observed;
mod window;

mod desk;
mod desk_camera;
mod desk_keys;
mod desk_night;
mod evening_phones;
mod files;
mod host_keys;
mod large_letters;
mod missing;
mod names;
mod newcomer;
mod organizer;
mod printed;
mod stage;
mod turning;
mod two_steps;
mod unsent;
mod walk;
mod wall;
mod whole_evening;
mod confessions;
