//! The line between the browsers and the house, which can be cut. A browser that is told to play
//! offline goes on asking through its service worker; a line that is cut is cut for everything.

use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Line {
    /// Where browsers find the house.
    pub address: String,
    cut: Arc<watch::Sender<bool>>,
}

impl Line {
    pub async fn to(house: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let cut = Arc::new(watch::Sender::new(false));
        let (house, state) = (house.trim_start_matches("http://").to_owned(), Arc::clone(&cut));
        tokio::spawn(async move {
            while let Ok((mut browser, _)) = listener.accept().await {
                let (house, mut state) = (house.clone(), state.subscribe());
                tokio::spawn(async move {
                    if *state.borrow() {
                        return;
                    }
                    let Ok(mut house) = TcpStream::connect(house).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut browser, &mut house) => {}
                        _ = state.wait_for(|cut| *cut) => {}
                    }
                });
            }
        });
        Self { address, cut }
    }

    pub fn cut(&self) {
        self.cut.send_replace(true);
    }

    pub fn mend(&self) {
        self.cut.send_replace(false);
    }
}
