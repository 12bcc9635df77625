//! `queqiao admin`: administrators are made at the machine, not over the network.

use clap::{Args, Subcommand};

use super::Ended;
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
}

/// # Errors
/// Not built yet.
pub async fn admin(_settings: Settings, _arguments: Arguments) -> Result<(), Ended> {
    Err(Ended::Failed("not built yet".into()))
}
