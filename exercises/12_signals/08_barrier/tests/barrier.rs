use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use barrier::Lobby;
use interleave::CountingWaker;

/// A player, who is polled by hand.
struct Player<'a> {
    waiting: Pin<Box<dyn Future<Output = ()> + Send + 'a>>,
    task: CountingWaker,
}

impl<'a> Player<'a> {
    fn of(lobby: &'a Lobby) -> Self {
        Self { waiting: Box::pin(lobby.ready()), task: CountingWaker::new() }
    }

    /// Polls it, lets the tasks that the answer may have spawned do their work, and polls it again.
    fn begins(&mut self) -> bool {
        let begun = self.is_told();
        interleave::settle();
        begun || self.is_told()
    }

    fn is_told(&mut self) -> bool {
        self.task.poll(self.waiting.as_mut()).is_ready()
    }

    /// A player who is ready, and has to wait.
    fn waits_in(lobby: &'a Lobby) -> Self {
        let mut player = Self::of(lobby);
        assert!(!player.begins(), "a player is ready, and not enough others are; the round has begun");
        player
    }
}

#[interleave::test(runtime = "smol")]
async fn a_player_who_leaves_does_not_count() {
    let lobby = Lobby::new(2);
    for _ in 0..2 {
        drop(Player::waits_in(&lobby));
    }
    let mut second = Player::of(&lobby);
    assert!(!second.begins(), "a player was ready and has left, twice; a round for two has begun with one player");
    let mut third = Player::of(&lobby);
    assert!(third.begins(), "two players are ready, and the round has not begun");
    assert!(second.begins(), "two players are ready, and the round has begun for one of them");
}

#[interleave::test(runtime = "smol")]
async fn a_player_who_leaves_after_the_beginning_takes_no_place() {
    let lobby = Lobby::new(2);
    let leaves = Player::waits_in(&lobby);
    assert!(Player::of(&lobby).begins(), "two players are ready, and the round has not begun");
    let mut third = Player::waits_in(&lobby);
    drop(leaves); // The round has begun, and this player was never told.
    let mut fourth = Player::of(&lobby);
    assert!(fourth.begins(), "two players are ready for the second round, and one left the first round after it began");
    assert!(third.begins(), "the second round has begun for one of two players");
    let _waits = Player::waits_in(&lobby);
}

#[interleave::test]
fn a_player_who_leaves_two_rounds_later_takes_no_place() {
    let lobby = Lobby::new(2);
    let [leaves, mut slow] = [(); 2].map(|()| {
        let player = Player::waits_in(&lobby);
        assert!(Player::of(&lobby).begins(), "two players are ready, and the round has not begun");
        // Neither is told that a round has begun.
        player
    });
    let mut third = Player::waits_in(&lobby);
    drop(leaves);
    assert!(
        Player::of(&lobby).begins(),
        "two players are ready for the third round, and one left after the first began"
    );
    assert!(third.begins(), "the third round has begun for one of two players");
    assert!(slow.begins(), "the second round has begun, and one of its two players still waits");
}

#[interleave::test]
fn a_player_who_leaves_takes_nobody_along() {
    let lobby = Lobby::new(3);
    let [leaves, mut second] = [(); 2].map(|()| Player::waits_in(&lobby));
    drop(leaves);
    let mut third = Player::waits_in(&lobby);
    assert!(Player::of(&lobby).begins(), "one of four players has left, three are ready, and the round has not begun");
    for player in [&mut second, &mut third] {
        assert!(player.task.wakes() > 0, "the round has begun, and one of the players who wait was not woken");
        assert!(player.begins(), "the round has begun, and one of its players still waits");
    }
}

#[interleave::test]
fn a_player_may_leave_while_another_one_comes() {
    let lobby = Lobby::new(3);
    let leaves = Player::waits_in(&lobby);
    let mut second = Player::of(&lobby);
    std::thread::scope(|scope| {
        scope.spawn(|| drop(leaves));
        assert!(!second.is_told(), "at most two of three players are ready, and the round has begun");
    });
    let mut third = Player::of(&lobby);
    assert!(!third.begins(), "one of three players has left, so two are ready, and the round has begun");
    assert!(Player::of(&lobby).begins(), "three players are ready, and the round has not begun");
    assert!(second.begins() && third.begins(), "the round has begun, and one of its players still waits");
}

#[interleave::test]
fn a_player_is_woken_where_they_were_polled_last() {
    let lobby = Lobby::new(2);
    let mut player = Player::waits_in(&lobby);
    // The future moves to another task, as with `select` and a spawn.
    player.task = CountingWaker::new();
    assert!(!player.begins(), "the other player has not come, and the round has begun");
    assert!(Player::of(&lobby).begins(), "two players are ready, and the round has not begun");
    assert!(player.task.wakes() > 0, "the round has begun, and the task that polled `ready` last was not woken");
    assert!(player.begins(), "the round has begun for one of two players");
}

#[interleave::test]
fn a_player_may_leave_at_any_moment() {
    let lobby = Lobby::new(2);
    let leaves = Player::waits_in(&lobby);
    let mut players = [(); 3].map(|()| Player::of(&lobby));
    std::thread::scope(|scope| {
        scope.spawn(|| drop(leaves));
        // Without `begins`, which lets the other player leave first.
        let [second, third, fourth] = players.each_mut().map(Player::is_told);
        if second {
            assert!(!third && fourth, "the first round had two players, so the third waits, and plays with the fourth");
        } else {
            assert!(third && !fourth, "one of two players has left, so the second plays with the third");
        }
    });
}

#[interleave::test(runtime = "smol")]
async fn a_round_begins_when_all_players_are_ready() {
    let lobby = Arc::new(Lobby::new(2));
    let other = smol::spawn({
        let lobby = Arc::clone(&lobby);
        async move { lobby.ready().await }
    });
    lobby.ready().await;
    other.await;
}

#[interleave::test]
fn a_round_has_its_own_players() {
    let lobby = Lobby::new(2);
    for round in 1..=3 {
        let mut first = Player::waits_in(&lobby);
        assert!(Player::of(&lobby).begins(), "two players are ready, and round {round} has not begun");
        assert!(first.begins(), "round {round} has begun for one of two players");
    }
}

#[interleave::test]
fn a_fast_player_takes_nobodys_beginning() {
    let lobby = Lobby::new(2);
    let mut slow = Player::waits_in(&lobby);
    assert!(Player::of(&lobby).begins(), "two players are ready, and the round has not begun");
    // The other one has not been polled since, and this one is ready for the next round.
    let mut fast = Player::waits_in(&lobby);
    assert!(slow.begins(), "the first round has begun, and one of its two players still waits");
    assert!(Player::of(&lobby).begins(), "two players are ready for the second round, and it has not begun");
    assert!(fast.begins(), "the second round has begun, and one of its two players still waits");
}

#[interleave::test]
fn the_last_player_wakes_all_others() {
    let lobby = Lobby::new(4);
    let mut others = [(); 3].map(|()| Player::waits_in(&lobby));
    assert!(Player::of(&lobby).begins(), "four players are ready, and the round has not begun");
    for player in &mut others {
        assert!(player.task.wakes() > 0, "the round has begun, and one of the players who wait was not woken");
        assert!(player.begins(), "the round has begun, and one of its players still waits");
    }
}

#[interleave::test(runtime = "smol")]
async fn a_player_who_waits_sleeps() {
    let lobby = Lobby::new(2);
    let mut player = Player::waits_in(&lobby);
    if cfg!(feature = "explore") {
        // Virtual time: it takes none.
        smol::Timer::after(Duration::from_secs(3600)).await;
    }
    let woken = player.task.wakes();
    assert!(!player.begins(), "the other player does not come, and the round has begun");
    assert_eq!(woken, 0, "nobody else was ready; left: how often the player who waits was woken");
    assert!(Player::of(&lobby).begins(), "two players are ready, and the round has not begun");
    assert!(player.begins(), "the round has begun for one of two players");
}

#[interleave::test]
fn a_lobby_for_one_never_waits() {
    let lobby = Lobby::new(1);
    for _ in 0..2 {
        assert!(Player::of(&lobby).begins(), "a round for one player begins when that player is ready");
    }
}
