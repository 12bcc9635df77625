//! Rounds of picks on three hosts, whose key lies in a Redis.

use std::time::Duration;

use queqiao::picks::close;
use queqiao::picks::round::State;
use serde_json::json;

use crate::fixtures::hall::{ROUNDS, light, mine};
use crate::fixtures::person::Answer;
use crate::fixtures::until::until;
use crate::rig::{HOSTS, Rig};
use crate::traces::lies_in_memory_of;

/// Plans a round and opens it at one host.
async fn opens(rig: &Rig, host: usize) -> i64 {
    let n = planned(rig, host).await;
    let opened = rig.says(host, &format!("/{n}/open")).await;
    assert_eq!((opened.status, &opened.json["state"]), (200, &json!("open")), "{}", opened.text());
    n
}

async fn planned(rig: &Rig, host: usize) -> i64 {
    let planned = rig.says(host, "").await;
    assert_eq!(planned.status, 201, "{}", planned.text());
    planned.json["number"].as_i64().unwrap()
}

/// The first three pairs pick, each person at another host than the one before; the first pair and the third find
/// each other.
async fn everybody_picks(rig: &Rig, n: i64, hosts: &[usize]) {
    let hall = &rig.hall;
    let picks = [
        (&hall.men[0], "女001"),
        (&hall.women[0], "男001"),
        (&hall.men[1], "女001"),
        (&hall.women[1], "男003"),
        (&hall.men[2], "女003"),
        (&hall.women[2], "男003"),
    ];
    for ((person, badge), host) in picks.into_iter().zip(hosts.iter().cycle()) {
        let taken = light(&rig.at(person, *host), n, &[badge]).await;
        assert_eq!(taken.status, 200, "at host {host}: {}", taken.text());
    }
}

async fn closes(rig: &Rig, host: usize, n: i64) -> Answer {
    let closed = rig.says(host, &format!("/{n}/close")).await;
    assert_eq!((closed.status, &closed.json["state"]), (200, &json!("tallied")), "{}", closed.text());
    closed
}

/// What came of it is what people chose, told by every host alike; and no key is left.
async fn came_of(rig: &Rig, n: i64) {
    let hall = &rig.hall;
    let expected = [(&hall.men[0], json!(["女001"])), (&hall.men[1], json!([])), (&hall.men[2], json!(["女003"]))];
    for host in 0..HOSTS {
        for (person, badges) in &expected {
            let answer = mine(&rig.at(person, host), n).await;
            assert_eq!(answer.json["badges"], *badges, "round {n} at host {host}: {}", answer.text());
        }
    }
    let left: Vec<_> = rig.redis.entries().await.into_iter().filter(|(name, _)| name != "queqiao:place").collect();
    assert!(left.is_empty(), "a key is left: {left:?}");
}

pub async fn a_round_opened_at_one_host_is_taken_at_all_and_counted_by_any(rig: &Rig) {
    for opener in 0..HOSTS {
        let n = opens(rig, opener).await;
        everybody_picks(rig, n, &[0, 1, 2]).await;
        let key = rig.hall.key(n).await.unwrap();
        let key = key.as_ref().as_ref();
        let entries = rig.redis.entries().await;
        assert!(entries.len() == 2, "the key of one round, and the number of the place: {entries:?}");
        assert!(!lies_in_memory_of(rig.redis.component().process(), key), "whoever reads the store reads the key");
        let bulletin = closes(rig, (opener + 1) % HOSTS, n).await;
        assert_eq!(closes(rig, (opener + 2) % HOSTS, n).await.bytes, bulletin.bytes);
        for host in &rig.hosts {
            let process = host.process.as_ref().unwrap().id();
            assert!(!lies_in_memory_of(process, key), "a key outlives its round");
        }
        came_of(rig, n).await;
    }
}

pub async fn the_host_that_opened_a_round_dies_and_the_others_count_it(rig: &mut Rig) {
    let n = opens(rig, 0).await;
    everybody_picks(rig, n, &[0]).await;
    drop(rig.hosts[0].process.take());
    // Who changes their mind is heard where somebody is left.
    everybody_picks(rig, n, &[1, 2]).await;
    closes(rig, 2, n).await;
    rig.serve(0, &[]);
    came_of(rig, n).await;
    // One who dies between the close and the count: somebody else's scheduled work counts.
    let n = opens(rig, 1).await;
    everybody_picks(rig, n, &[1, 2, 0]).await;
    close::shut(&rig.hall.evening.app, &rig.hall.as_host(), i32::try_from(n).unwrap()).await.unwrap();
    until("nobody counts what was closed", async || (rig.hall.round(n).await.state == State::Tallied).then_some(()))
        .await;
    until("the key of it stays", async || (rig.redis.entries().await.len() == 1).then_some(())).await;
    came_of(rig, n).await;
}

pub async fn the_store_of_keys_is_cut_off_and_comes_back(rig: &Rig) {
    let n = opens(rig, 0).await;
    everybody_picks(rig, n, &[0, 1, 2]).await;
    rig.redis.component().pause();
    for host in 0..HOSTS {
        let refused = light(&rig.at(&rig.hall.men[1], host), n, &["女002"]).await;
        assert_eq!((refused.status, refused.code()), (503, "key_unavailable"), "{}", refused.text());
        assert_eq!(refused.headers["retry-after"], "5");
    }
    let refused = rig.says(1, &format!("/{n}/close")).await;
    assert_eq!((refused.status, refused.code()), (503, "key_unavailable"), "{}", refused.text());
    let voids = rig.at(rig.host(), 1).post(&format!("{ROUNDS}/{n}/void"), json!({ "confirm": true })).await;
    assert_eq!((voids.status, voids.code()), (503, "key_store_away"), "{}", voids.text());
    // The rest of the evening goes on, and so does a host that begins meanwhile.
    rig.is_ready().await;
    rig.redis.component().resume();
    for host in 0..HOSTS {
        until("it is not found again", async || {
            let taken = light(&rig.at(&rig.hall.men[1], host), n, &["女001"]).await;
            (taken.status == 200).then_some(())
        })
        .await;
    }
    closes(rig, 1, n).await;
    came_of(rig, n).await;
}

pub async fn a_store_that_lost_its_memory_voids_nothing_by_itself(rig: &mut Rig) {
    let n = opens(rig, 0).await;
    everybody_picks(rig, n, &[0, 1, 2]).await;
    rig.redis.dies();
    let next = {
        // Nothing else is on: a round can be planned, and not opened.
        let refused = rig.says(2, &format!("/{n}/close")).await;
        assert_eq!((refused.status, refused.code()), (503, "key_unavailable"), "{}", refused.text());
        planned(rig, 2).await
    };
    rig.redis.begin(&[]).await;
    let path = format!("{ROUNDS}/{n}/void");
    let (host, sure) = (rig.at(rig.host(), 1), json!({ "confirm": true }));
    let refused = rig.says(2, &format!("/{n}/close")).await;
    assert_eq!((refused.status, refused.code()), (503, "key_unavailable"), "{}", refused.text());
    assert_eq!(rig.hall.round(n).await.state, State::Open);
    // Until every process has seen that it is another place, somebody may still have the key.
    until("it cannot be given up", async || {
        let voids = host.post(&path, sure.clone()).await;
        assert!(voids.status == 200 || voids.code() == "key_is_safe", "{}", voids.text());
        (voids.status == 200).then_some(())
    })
    .await;
    until("no round opens any more", async || {
        let opened = rig.says(2, &format!("/{next}/open")).await;
        assert!(opened.status == 200 || opened.code() == "keys_apart", "{}", opened.text());
        (opened.status == 200).then_some(())
    })
    .await;
    everybody_picks(rig, next, &[2, 1, 0]).await;
    closes(rig, 0, next).await;
    came_of(rig, next).await;
}

/// Opening waits for the store no longer than it takes to say so.
pub async fn no_round_opens_while_the_store_is_away(rig: &Rig) {
    let n = planned(rig, 0).await;
    rig.redis.component().pause();
    let began = std::time::Instant::now();
    let refused = rig.says(0, &format!("/{n}/open")).await;
    assert_eq!((refused.status, refused.code()), (503, "key_store_away"), "{}", refused.text());
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(rig.hall.round(n).await.state, State::Planned);
    rig.redis.component().resume();
    until("it is not found again", async || (rig.says(0, &format!("/{n}/open")).await.status == 200).then_some(()))
        .await;
    everybody_picks(rig, n, &[0, 1, 2]).await;
    closes(rig, 2, n).await;
    came_of(rig, n).await;
}
