//! Where the views of one event are, beside each other: the rooms open each their own.

/// A view: its name, which is `tab-{name}` in words, and its address below the event's.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub name: &'static str,
    pub path: &'static str,
    /// What the event has to say for the view to be there.
    pub needs: Option<&'static str>,
}

const fn view(name: &'static str, path: &'static str) -> View {
    View { name, path, needs: None }
}

/// Where a participant can go.
pub const PARTICIPANT: [View; 7] = [
    view("journey", "/me"),
    view("plaza", "/plaza"),
    View { needs: Some("chat"), ..view("chat", "/chat") },
    view("people", "/people"),
    view("leaderboard", "/leaderboard"),
    view("points", "/points"),
    view("badge", "/badge"),
];

/// Where a participant can go once they are in the hall.
pub const EVENING: [View; 8] = [
    view("journey", "/me"),
    view("programme", "/programme"),
    view("dates", "/dates"),
    view("picks", "/picks"),
    view("matches", "/matches"),
    View { needs: Some("chat"), ..view("chat", "/chat") },
    View { needs: Some("stage.confessions"), ..view("confessions", "/confessions") },
    view("badge", "/badge"),
];

/// Where a participant who came can go once the event is over.
pub const AFTER: [View; 8] = [
    view("journey", "/me"),
    View { needs: Some("circle"), ..view("circle", "/circle") },
    View { needs: Some("chat"), ..view("chat", "/chat") },
    view("matches", "/matches"),
    view("feedback", "/feedback"),
    view("plaza", "/plaza"),
    view("people", "/people"),
    view("badge", "/badge"),
];

/// Where an organizer can go, below `/office/e/{event}`.
pub const ORGANIZER: [View; 21] = [
    view("overview", ""),
    view("settings", "/settings"),
    view("registrations", "/registrations"),
    view("posters", "/posters"),
    view("rules", "/points"),
    view("moderation", "/moderation"),
    view("quizzes", "/quizzes"),
    view("screening", "/screening"),
    view("standby", "/standby"),
    view("badges", "/badges"),
    view("groups", "/groups"),
    view("dates", "/dates"),
    view("draws", "/draws"),
    view("reviews", "/reviews"),
    view("staff", "/staff"),
    view("mail", "/mail"),
    view("feedback", "/feedback"),
    view("circle", "/circle"),
    view("chat", "/chat"),
    view("report", "/report"),
    view("audit", "/audit"),
];
