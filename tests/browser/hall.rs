//! The house of an evening, and browsers before it.

use queqiao::accounts::session;
use queqiao::app::App;
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use sea_orm::prelude::Uuid;
use serde_json::json;

use crate::driver::{Driver, driver};
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::Person;
use crate::window::{Screen, Window};

pub struct Hall {
    pub evening: Evening,
    driver: &'static Driver,
}

impl Hall {
    /// None where this machine has no browser, or no PostgreSQL.
    pub async fn open(engine: Engine, phase: Phase) -> Option<Self> {
        let driver = driver()?;
        Some(Self { evening: Evening::begin(engine, phase).await?, driver })
    }

    /// Around an evening that was begun otherwise.
    pub fn around(evening: Evening) -> Option<Self> {
        Some(Self { evening, driver: driver()? })
    }

    pub async fn phone(&self) -> Window {
        self.window(Screen::Phone, Language::Zh, &[]).await
    }

    pub async fn laptop(&self) -> Window {
        self.window(Screen::Laptop, Language::Zh, &[]).await
    }

    pub async fn window(&self, screen: Screen, language: Language, flags: &[String]) -> Window {
        self.window_at(&self.evening.address, screen, language, flags).await
    }

    /// A window that finds the house at another address: that of a line.
    pub async fn window_at(&self, address: &str, screen: Screen, language: Language, flags: &[String]) -> Window {
        Window::open(self.driver, address, screen, language, flags).await
    }

    /// Signs somebody in at a window.
    pub async fn sign_in(&self, window: &Window, person: &Person) {
        sign_in(&self.evening.app, window, &self.evening.address, person.account_id).await;
    }
}

/// Signs somebody in at a window before a house.
pub async fn sign_in(app: &App, window: &Window, address: &str, account_id: Uuid) {
    let txn = app.database.begin_write().await.unwrap();
    let token = session::Entity::open(&txn, app, account_id).await.unwrap();
    txn.commit().await.unwrap();
    let cookie = json!({ "name": "queqiao", "value": token, "url": address, "httpOnly": true });
    window.cdp("Network.setCookie", cookie).await;
}
