//! `queqiao demo`: something to open. A temporary database with an event whose online phase is
//! over (800 applicants of 126 units, with points) and one event in each other phase, served until
//! told to stop.

mod applying;
mod chat;
mod circle;
mod couples;
mod introductions;
mod crowd;
mod doors;
pub mod editions;
mod evening;
mod online;
mod people;
mod pictures;
mod plaza;
mod tonight;

use std::env;
use std::net::TcpListener;
use std::process::Command;

use anyhow::Context;
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
    /// Sets the scene and ends: what the demonstration begins with, in a process of its own
    #[arg(long, hide = true)]
    set_scene: bool,
}

fn phase(name: &str) -> Result<Phase, String> {
    serde_json::from_value(name.into())
        .map_err(|_| "one of draft, registration, online, screening, confirmation, on_site, closed".to_owned())
}

/// Has the scene set and serves it.
///
/// # Errors
/// Where the address is taken, or the scene cannot be set.
pub async fn demo(mut settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    settings.security.second_factor = SecondFactor::Nobody;
    settings.mail.delivery = Delivery::Kept;
    settings.picks.key_store = String::new().into();
    settings.server.styleguide = true;
    if arguments.set_scene {
        return set_scene(settings, arguments.at).await;
    }
    let folder = tempfile::tempdir().map_err(anyhow::Error::from)?;
    let bind = settings.server.bind.clone();
    let taken = |refused: std::io::Error| Ended::Failed(format!("server.bind {bind}: {refused}"));
    let listener = TcpListener::bind(&bind).map_err(taken)?;
    let address = format!("http://{}", listener.local_addr().map_err(taken)?);
    if settings.server.public_url.is_empty() {
        settings.server.public_url.clone_from(&address);
    }
    let url = format!("sqlite://{}/queqiao.sqlite3", folder.path().display());
    let secret = HEXLOWER.encode(&Chance.secret::<32>()?);
    eprintln!("setting the scene …");
    // In a process of its own: what it takes to invent a thousand people is not kept while they are served.
    let mut scene = Command::new(env::current_exe().map_err(anyhow::Error::from)?);
    scene.args(env::args_os().skip(1)).arg("--set-scene");
    scene.env("QUEQIAO__DATABASE__URL", &url).env("QUEQIAO__SECURITY__SECRET", &secret);
    scene.env("QUEQIAO__SERVER__PUBLIC_URL", &settings.server.public_url);
    let ended = tokio::task::spawn_blocking(move || scene.status()).await.map_err(anyhow::Error::from)?;
    if !ended.context("the scene cannot be set")?.success() {
        return Err(Ended::Failed("the scene cannot be set".to_owned()));
    }
    settings.database.url = url.into();
    settings.security.secret = secret.into();
    let app = App::build(settings.clone(), Clock::machine(), Secrets::load(&settings.security)?).await?;
    let opening = Opening::begin(&app, listener).await?;
    greet(&address, &tonight::two_inside(&app).await.map_err(|fault| Ended::Failed(fault.to_string()))?);
    told_to_stop().await;
    opening.close().await;
    Ok(())
}

async fn set_scene(settings: Settings, at: Phase) -> Result<(), Ended> {
    let now = Clock::machine().now();
    let secrets = Secrets::load(&settings.security)?;
    let past = App::build(settings, Clock::stopped_at(now), secrets).await?;
    editions::set_scene(&past, now, at, editions::APPLICANTS)
        .await
        .map_err(|fault| Ended::Failed(fault.to_string()))?;
    past.database.clone().close().await;
    Ok(())
}

fn greet(address: &str, inside: &[(String, String)]) {
    println!("鹊桥 Queqiao is open at {address}");
    println!("\n  password of everybody below: {PASSWORD}\n");
    for (role, text) in [
        ("administrator", "unions, the outbox"),
        ("organizer", "主办方工作人员: the office, /office"),
        ("contact", "单位工会干事: a unit, /unit"),
        ("host", "主持人"),
        ("desk", "签到员"),
        ("volunteer", "鹊桥志愿者"),
        ("a0001", "a participant (男方)"),
        ("a0002", "a participant (女方)"),
    ] {
        println!("  {:<28} {text}", format!("{role}@demo.example"));
    }
    for (email, badge) in inside {
        println!("  {email:<28} inside the hall tonight, wearing {badge}");
    }
    println!("\n  letters: {address}/admin/outbox   API: {address}/api/docs   stop: Ctrl-C");
}
