//! One house on several hosts: three processes, HAProxy, PostgreSQL with a synchronous standby, Redis. Any of them is
//! lost in the midst of the evening, and the evening goes on: nothing that was answered is lost.
//!
//! Needs the programs of Debian's packages postgresql, haproxy and redis-server (or valkey); under CI they must be
//! there, else the stories say what is missing. `just hosts 20` goes on with so many accidents more.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story may stop"
)]

#[expect(dead_code, reason = "shared with tests/event, where the rest is used")]
#[path = "../event/fixtures/mod.rs"]
mod fixtures;

#[expect(dead_code, reason = "shared with tests/faults, where the rest is used")]
#[path = "../faults/book.rs"]
mod book;
#[path = "../faults/environment.rs"]
mod environment;
mod accidents;
mod component;
mod crowd;
mod failover;
mod redis;
mod rig;
mod rounds;
mod stores;
mod together;
mod traces;
mod upgrade;

use std::time::Instant;

use queqiao::events::crew::Role;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::rig::Rig;

/// Says what is being told, and how long it took.
macro_rules! story {
    ($room:ident :: $name:ident ($($with:expr),*)) => {
        let began = Instant::now();
        $room::$name($($with),*).await;
        eprintln!("{:>6.1} s  {}", began.elapsed().as_secs_f64(), stringify!($name).replace('_', " "));
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_evening_on_three_hosts_goes_on_whatever_is_lost() {
    let began = Instant::now();
    let Some(mut rig) = Rig::begin().await else { return };
    let desk = rig.hall.evening.crew(Role::Desk).await;
    eprintln!("{:>6.1} s  the rig stands", began.elapsed().as_secs_f64());
    story!(upgrade::begins_with_the_former_binary(&mut rig));
    story!(upgrade::a_rolling_upgrade_migrates_while_it_serves_and_no_request_fails(&mut rig, &desk));
    story!(rounds::a_round_opened_at_one_host_is_taken_at_all_and_counted_by_any(&rig));
    story!(together::what_becomes_true_at_one_host_is_heard_at_all(&rig));
    story!(together::what_one_host_answered_another_answers_again(&rig));
    story!(together::guesses_at_a_password_are_counted_on_all_hosts_together(&rig));
    story!(together::every_letter_went_once(&rig));
    story!(rounds::the_host_that_opened_a_round_dies_and_the_others_count_it(&mut rig));
    story!(rounds::no_round_opens_while_the_store_is_away(&rig));
    story!(rounds::the_store_of_keys_is_cut_off_and_comes_back(&rig));
    story!(rounds::a_store_that_lost_its_memory_voids_nothing_by_itself(&mut rig));
    story!(failover::what_the_standby_does_not_have_is_not_answered(&rig, &desk));
    story!(failover::the_primary_dies_under_load_and_the_standby_takes_over(&mut rig, &desk));
    let seed = environment::number("QUEQIAO_SEED").unwrap_or_else(rand::random);
    let (mut chance, accidents) = (StdRng::seed_from_u64(seed), environment::number("QUEQIAO_HOSTS"));
    for _ in 0..accidents.unwrap_or(0) {
        story!(accidents::something_is_lost_in_the_midst_of_a_round(&mut rig, &desk, &mut chance));
    }
    story!(together::every_letter_arrived(&rig));
    rig.examined();
}
