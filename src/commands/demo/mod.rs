//! `queqiao demo`: something to open. A temporary database with an event whose online phase is
//! over (800 applicants of 126 units, with points) and one event in each other phase, served until
//! told to stop.

mod circle;
mod couples;
mod crowd;
pub mod editions;
mod online;
mod plaza;
mod tonight;

use std::net::TcpListener;

use clap::Args;
use data_encoding::HEXLOWER;

use super::Ended;
use super::serve::told_to_stop;
use crate::app::App;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::events::phase::Phase;
use crate::secrets::Secrets;
use crate::server::lifecycle::Opening;
use crate::settings::{Delivery, SecondFactor, Settings};

/// Everybody's password in a demonstration.
pub const PASSWORD: &str = "queqiao-demo-2026";

#[derive(Args)]
pub struct Arguments {
    /// Where the main event stands
    #[arg(long, value_name = "PHASE", default_value = "screening", value_parser = phase)]
    at: Phase,
}

fn phase(name: &str) -> Result<Phase, String> {
    serde_json::from_value(name.into())
        .map_err(|_| "one of draft, registration, online, screening, confirmation, on_site, closed".to_owned())
}

/// Sets the scene and serves it.
///
/// # Errors
/// Where the address is taken, or the scene cannot be set.
pub async fn demo(mut settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    let folder = tempfile::tempdir().map_err(anyhow::Error::from)?;
    let bind = settings.server.bind.clone();
    let taken = |refused: std::io::Error| Ended::Failed(format!("server.bind {bind}: {refused}"));
    let listener = TcpListener::bind(&bind).map_err(taken)?;
    let address = format!("http://{}", listener.local_addr().map_err(taken)?);
    settings.database.url = format!("sqlite://{}/queqiao.sqlite3", folder.path().display()).into();
    settings.security.secret = HEXLOWER.encode(&Chance.secret::<32>()?).into();
    settings.security.second_factor = SecondFactor::Nobody;
    settings.mail.delivery = Delivery::Kept;
    settings.picks.key_dir = String::new();
    settings.server.styleguide = true;
    if settings.server.public_url.is_empty() {
        settings.server.public_url.clone_from(&address);
    }
    eprintln!("setting the scene …");
    let now = Clock::machine().now();
    let past = App::build(settings.clone(), Clock::stopped_at(now), Secrets::load(&settings.security)?).await?;
    editions::set_scene(&past, now, arguments.at).await.map_err(|fault| Ended::Failed(fault.to_string()))?;
    past.database.clone().close().await;
    let app = App::build(settings.clone(), Clock::machine(), Secrets::load(&settings.security)?).await?;
    let opening = Opening::begin(&app, listener).await?;
    greet(&address, &tonight::two_inside(&app).await.map_err(|fault| Ended::Failed(fault.to_string()))?);
    told_to_stop().await;
    opening.close().await;
    Ok(())
}

fn greet(address: &str, inside: &[(String, String)]) {
    println!("鹊桥 Queqiao is open at {address}");
    println!("\n  password of everybody below: {PASSWORD}\n");
    for (role, words) in [
        ("administrator", "unions, the outbox"),
        ("organizer", "主办方工作人员: the office, /office"),
        ("contact", "单位工会干事: a unit, /unit"),
        ("host", "主持人"),
        ("desk", "签到员"),
        ("volunteer", "鹊桥志愿者"),
        ("a0001", "a participant (男方)"),
        ("a0002", "a participant (女方)"),
    ] {
        println!("  {:<28} {words}", format!("{role}@demo.example"));
    }
    for (email, badge) in inside {
        println!("  {email:<28} inside the hall tonight, wearing {badge}");
    }
    println!("\n  letters: {address}/admin/outbox   API: {address}/api/docs   stop: Ctrl-C");
}
