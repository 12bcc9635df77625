//! Couples for the big screen, and what it shows.

use queqiao::events::crew::Role;
use queqiao::registrations::registration::Side;
use serde_json::json;

use crate::fixtures::couples::consent;
use crate::fixtures::hall::{ROUNDS, guest, mine};
use crate::hall::Hall;
use crate::window::Window;

/// Couples who said yes to everything, in the order of the console; the nicknames of each.
pub async fn couples(hall: &Hall, count: i32) -> Vec<[String; 2]> {
    let evening = &hall.evening;
    let host = evening.crew(Role::Host).await;
    let (mut men, mut women) = (Vec::new(), Vec::new());
    for number in 1..=count {
        men.push(guest(evening, Side::Men, number).await);
        women.push(guest(evening, Side::Women, number).await);
    }
    assert_eq!(host.post(ROUNDS, json!({ "limit": 1 })).await.status, 201);
    assert_eq!(host.post(&format!("{ROUNDS}/1/open"), json!({})).await.status, 200);
    for (people, side) in [(&men, '女'), (&women, '男')] {
        for (number, person) in (1..).zip(people) {
            let ballot = json!({ "badges": [format!("{side}{number:03}")], "stage": true });
            assert_eq!(person.put(&format!("{ROUNDS}/1/picks"), ballot).await.status, 200);
        }
    }
    assert_eq!(host.post(&format!("{ROUNDS}/1/close"), json!({})).await.status, 200);
    let mut names = Vec::new();
    for (man, woman) in men.iter().zip(&women) {
        let found = mine(man, 1).await.json["matches"][0]["id"].as_str().unwrap().to_owned();
        consent(man, &found, true, false).await;
        consent(woman, &found, true, false).await;
        names.push([man.nickname(), woman.nickname()]);
    }
    names
}

/// Waits until the screen shows this.
pub async fn shows(screen: &Window, kind: &str, reveals: &str) {
    let wanted = format!(
        "(() => {{ const {{ kind, reveals }} = document.getElementById('scene').dataset; \
         return kind === '{kind}' && reveals === '{reveals}'; }})()"
    );
    screen.until_true(&wanted).await;
}
