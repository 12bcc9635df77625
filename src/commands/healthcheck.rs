//! `queqiao healthcheck`: an exit status for a container's probe.

use std::net::SocketAddr;
use std::time::Duration;

use super::Ended;
use crate::settings::Settings;

/// # Errors
/// Where the service on this machine is not ready for guests within three seconds.
pub async fn healthcheck(settings: Settings) -> Result<(), Ended> {
    let bind = &settings.server.bind;
    let mut address: SocketAddr = bind.parse().map_err(|_| Ended::Usage(format!("server.bind: {bind}")))?;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build().map_err(anyhow::Error::from)?;
    let answer = client.get(format!("http://{address}/readyz")).send().await.map_err(anyhow::Error::from)?;
    if answer.status().is_success() { Ok(()) } else { Err(Ended::Failed(format!("{address} is not ready"))) }
}
