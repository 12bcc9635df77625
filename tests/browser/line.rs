//! The line between the browsers and the house, which can be cut. A browser that is told to play
//! offline goes on asking through its service worker; a line that is cut is cut for everything.

use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Line {
    /// Where browsers find the house.
    pub address: String,
    house: String,
    /// Where the line leads now; nowhere while it is cut.
    leads: Arc<watch::Sender<Option<String>>>,
}

impl Line {
    pub async fn to(house: &str) -> Self {
        let mut line = Self::laid().await;
        line.lead(house);
        line
    }

    /// A line whose house is not there yet.
    pub async fn laid() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let leads = Arc::new(watch::Sender::new(None::<String>));
        let state = Arc::clone(&leads);
        tokio::spawn(async move {
            while let Ok((mut browser, _)) = listener.accept().await {
                let mut state = state.subscribe();
                tokio::spawn(async move {
                    let Some(house) = state.borrow_and_update().clone() else { return };
                    let Ok(mut house) = TcpStream::connect(house).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut browser, &mut house) => {}
                        _ = state.changed() => {}
                    }
                });
            }
        });
        Self { address, house: String::new(), leads }
    }

    /// Leads to this house from now on: the one that stood there before is gone.
    pub fn lead(&mut self, house: &str) {
        house.trim_start_matches("http://").clone_into(&mut self.house);
        self.mend();
    }

    pub fn cut(&self) {
        self.leads.send_replace(None);
    }

    pub fn mend(&self) {
        self.leads.send_replace(Some(self.house.clone()));
    }
}
