//! A file that goes with a letter.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attachment {
    pub name: String,
    pub content_type: String,
    /// Base64, because the contents are JSON.
    pub content: String,
    /// Shown inside the letter under this id.
    pub inline_id: Option<String>,
}

impl Attachment {
    #[must_use]
    pub fn file(name: &str, content_type: &str, bytes: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            content: BASE64.encode(bytes),
            inline_id: None,
        }
    }

    #[must_use]
    pub fn shown_as(mut self, id: &str) -> Self {
        self.inline_id = Some(id.to_owned());
        self
    }
}
