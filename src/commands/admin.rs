//! `queqiao admin`: administrators are made at the machine, not over the network.

use std::io::{BufRead, IsTerminal, Write};

use clap::{Args, Subcommand};

use super::Ended;
use crate::accounts::address::MailAddress;
use crate::accounts::appoint_administrator::{NotAppointed, appoint_administrator};
use crate::accounts::second_factor::end::end_at_the_machine;
use crate::app::App;
use crate::clock::Clock;
use crate::error::Error;
use crate::secrets::Secrets;
use crate::settings::Settings;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub act: Act,
}

#[derive(Subcommand)]
pub enum Act {
    /// Create an administrator; the password is asked for, or read from standard input
    Create {
        #[arg(long)]
        email: String,
    },
    /// Turn the second factor of an account off, whose owner lost phone and recovery codes
    EndSecondFactor {
        #[arg(long)]
        email: String,
    },
}

/// Creates an administrator, or lets one in who lost their second factor.
///
/// # Errors
/// Exit 2 for an address or a password that will not do, exit 1 where the database is out of reach,
/// the address has an account already, or no second factor.
pub async fn admin(settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    match arguments.act {
        Act::Create { email } => create(settings, &read(&email)?).await,
        Act::EndSecondFactor { email } => end_factor(settings, &read(&email)?).await,
    }
}

fn read(email: &str) -> Result<MailAddress, Ended> {
    MailAddress::read(email).map_err(|_| Ended::Usage("--email: this is not a mail address".to_owned()))
}

async fn end_factor(settings: Settings, address: &MailAddress) -> Result<(), Ended> {
    let secrets = Secrets::load(&settings.security)?;
    let app = App::build(settings, Clock::machine(), secrets).await?;
    match end_at_the_machine(&app, address).await {
        Ok(()) => {
            println!(
                "{} signs in with the password alone until a second factor is set up again.",
                address.to_unicode()
            );
            Ok(())
        }
        Err(Error::Refused(refused)) => Err(Ended::Failed(format!("--email: {}", refused.detail))),
        Err(Error::Fault(fault)) => Err(Ended::Failed(format!("{fault:?}"))),
    }
}

async fn create(settings: Settings, address: &MailAddress) -> Result<(), Ended> {
    let password = ask().map_err(|refused| Ended::Failed(format!("standard input: {refused}")))?;
    let secrets = Secrets::load(&settings.security)?;
    let app = App::build(settings, Clock::machine(), secrets).await?;
    match appoint_administrator(&app, address, &password).await {
        Ok(Ok(())) => {
            println!("{} is an administrator.", address.to_unicode());
            Ok(())
        }
        Ok(Err(NotAppointed::Weak(weak))) => Err(Ended::Usage(format!("password: {}", weak.advice()))),
        Ok(Err(NotAppointed::Already)) => Err(Ended::Failed("--email: this account exists already".to_owned())),
        Err(Error::Refused(refused)) => Err(Ended::Failed(refused.detail.into_owned())),
        Err(Error::Fault(fault)) => Err(Ended::Failed(format!("{fault:?}"))),
    }
}

/// The first line of standard input; on a terminal it is asked for, and hidden where the terminal can.
fn ask() -> std::io::Result<String> {
    let stdin = std::io::stdin();
    let interactive = stdin.is_terminal();
    if interactive {
        eprint!("Password: ");
        std::io::stderr().flush()?;
        echo(false);
    }
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    if interactive {
        echo(true);
        eprintln!();
    }
    read?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Lets the terminal show what is typed, or not. `stty` is everywhere where there is a terminal of
/// the kind that can; elsewhere the password shows, which is better than not getting in.
fn echo(on: bool) {
    let _ = std::process::Command::new("stty").arg(if on { "echo" } else { "-echo" }).status();
}
