use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use goodbye_async_std::{Line, Outbox, on_async_std, on_smol};
use interleave::{CountingWaker, settle};
use smol::channel::{Receiver, Sender, bounded, unbounded};
use smol::future::poll_once;

/// Mails that a test sends: "0", "1", …
const MAILS: usize = if cfg!(feature = "explore") { 2 } else { 40 };

/// A line on which no mail is delivered until the test lets it through.
struct GatedLine {
    begun: Sender<String>,
    gates: Vec<Receiver<()>>,
    delivered: Sender<String>,
}

/// The test's end of the line.
struct Server {
    begun: Receiver<String>,
    gates: Vec<Sender<()>>,
    delivered: Receiver<String>,
}

fn line(mails: usize) -> (GatedLine, Server) {
    let (begin, begun) = unbounded();
    let (opened, open) = (0..mails).map(|_| bounded(1)).unzip();
    let (sender, delivered) = unbounded();
    (GatedLine { begun: begin, gates: open, delivered: sender }, Server { begun, gates: opened, delivered })
}

impl Line for GatedLine {
    async fn deliver(&self, mail: String) {
        let _ = self.begun.send(mail.clone()).await;
        let _ = self.gates[mail.parse::<usize>().unwrap()].recv().await;
        let _ = self.delivered.send(mail).await;
    }
}

impl Server {
    fn let_through(&self, mail: usize) {
        let _ = self.gates[mail].try_send(());
    }

    fn let_all_through(&self) {
        for mail in 0..self.gates.len() {
            self.let_through(mail);
        }
    }

    /// The mails that arrive until nobody is left who could deliver one.
    async fn mails(&self) -> BTreeSet<String> {
        let mut mails = BTreeSet::new();
        while let Ok(mail) = self.delivered.recv().await {
            mails.insert(mail);
        }
        mails
    }
}

fn sent() -> BTreeSet<String> {
    (0..MAILS).map(|mail| mail.to_string()).collect()
}

/// An outbox to which all mails were sent.
fn full<O: Outbox>(outbox: impl Fn(GatedLine) -> O) -> (O, Server) {
    holding(MAILS, outbox)
}

/// An outbox to which `mails` mails were sent.
fn holding<O: Outbox>(mails: usize, outbox: impl Fn(GatedLine) -> O) -> (O, Server) {
    let (line, server) = line(mails);
    let mut outbox = outbox(line);
    for mail in 0..mails {
        outbox.send(&mail.to_string());
    }
    (outbox, server)
}

async fn close_waits_for_every_delivery<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    // On real threads, the delivery that has told the test may still be ending, so it is exploring that decides.
    // There, the delivery that began first is the last to end.
    let rounds = if cfg!(feature = "explore") { &[0][..] } else { &[0, MAILS - 1] };
    for &last in rounds {
        let (outbox, server) = full(&outbox);
        let mut closing = pin!(outbox.close());
        for mail in (0..MAILS).filter(|mail| *mail != last) {
            server.let_through(mail);
            assert_eq!(server.delivered.recv().await, Ok(mail.to_string()), "only mail {mail} could be delivered");
            assert_eq!(poll_once(&mut closing).await, None, "`close` has returned, and mail {last} is not delivered");
        }
        server.let_through(last);
        closing.await;
        assert_eq!(server.delivered.len(), 1, "`close` has returned before mail {last} was delivered");
    }
}

async fn close_waits_however_long_it_takes<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    // With one mail, all interleavings of its end and of `close` can be run.
    let mails = if cfg!(feature = "explore") { 1 } else { MAILS };
    let (outbox, server) = holding(mails, outbox);
    let mut closing = pin!(outbox.close());
    assert_eq!(poll_once(&mut closing).await, None, "`close` has returned, and nothing is delivered");
    if cfg!(feature = "explore") {
        // Virtual time: it takes none.
        smol::Timer::after(Duration::from_secs(3600)).await;
    }
    assert_eq!(poll_once(&mut closing).await, None, "`close` returned after an hour, and nothing is delivered");
    server.let_all_through();
    closing.await;
    assert_eq!(server.delivered.len(), mails, "`close` has returned; left: the number of mails that are delivered");
}

async fn close_misses_no_end<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    let mails = if cfg!(feature = "explore") { 1 } else { MAILS };
    let (outbox, server) = holding(mails, outbox);
    // The deliveries end while `close` looks for the first time how many are left.
    server.let_all_through();
    outbox.close().await;
    assert_eq!(server.delivered.len(), mails, "`close` has returned; left: the number of mails that are delivered");
}

/// Only exploring knows who is asleep.
async fn close_sleeps_until_the_last_delivery<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    let (outbox, server) = full(outbox);
    let waker = CountingWaker::new();
    let mut closing = pin!(outbox.close());
    assert!(waker.poll(closing.as_mut()).is_pending(), "`close` has returned, and nothing is delivered");
    settle();
    assert!(waker.poll(closing.as_mut()).is_pending(), "`close` has returned, and nothing is delivered");
    let mut seen = waker.wakes();
    settle();
    assert_eq!(waker.wakes(), seen, "nothing is delivered, and `close` was woken: it asks again and again");
    server.let_all_through();
    loop {
        settle();
        assert!(waker.wakes() > seen, "everything is delivered, and `close` was not woken");
        seen = waker.wakes();
        if waker.poll(closing.as_mut()).is_ready() {
            break;
        }
    }
}

async fn an_empty_outbox_is_closed_at_once<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    let (line, _server) = line(MAILS);
    outbox(line).close().await;
}

async fn every_delivery_begins_at_once<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    let (outbox, server) = full(outbox);
    let mut begun = BTreeSet::new();
    while begun.len() < MAILS {
        // Nothing is delivered yet, and `close` has not been called.
        begun.insert(server.begun.recv().await.unwrap());
    }
    server.let_all_through();
    outbox.close().await;
    assert_eq!(begun, sent(), "left: the mails whose delivery began; right: the mails that were sent");
}

async fn a_dropped_outbox_delivers_what_was_sent<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    let (outbox, server) = full(outbox);
    drop(outbox);
    server.let_all_through();
    assert_eq!(
        server.mails().await,
        sent(),
        "the outbox was dropped; left: the mails that arrived; right: the mails that were sent"
    );
}

async fn an_abandoned_close_delivers_what_was_sent<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    // Each further round multiplies the interleavings, so exploring takes one.
    let rounds = if cfg!(feature = "explore") { MAILS - 1..MAILS } else { 0..MAILS };
    for delivered in rounds {
        let (outbox, server) = full(&outbox);
        let mut arrived = BTreeSet::new();
        {
            let mut closing = pin!(outbox.close());
            assert_eq!(poll_once(&mut closing).await, None, "`close` has returned, and nothing is delivered");
            for mail in 0..delivered {
                server.let_through(mail);
                arrived.insert(server.delivered.recv().await.unwrap());
                assert_eq!(poll_once(&mut closing).await, None, "`close` has returned after mail {mail}");
            }
            // Here a timeout expires, and the caller drops `close`.
        }
        server.let_all_through();
        arrived.append(&mut server.mails().await);
        assert_eq!(
            arrived,
            sent(),
            "`close` was dropped after {delivered} deliveries; left: the mails that arrived; right: the mails that were sent",
        );
    }
}

async fn two_outboxes_are_independent<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    let (first, first_server) = full(&outbox);
    let (second, second_server) = full(&outbox);
    second_server.let_all_through();
    second.close().await;
    assert_eq!(
        second_server.delivered.len(),
        MAILS,
        "one outbox is closed; left: the number of its mails that arrived"
    );
    assert_eq!(first_server.delivered.len(), 0, "the other outbox has delivered mail before its line was open");
    first_server.let_all_through();
    first.close().await;
    assert_eq!(first_server.delivered.len(), MAILS, "both outboxes are closed; left: the number of mails that arrived");
}

/// Tells whether it is used by a task of async-std.
struct WhichRuntime(Sender<bool>);

impl Line for WhichRuntime {
    async fn deliver(&self, _mail: String) {
        let _ = self.0.send(async_std::task::try_current().is_some()).await;
    }
}

#[interleave::test(runtime = "smol")]
async fn smol_close_waits_for_every_delivery() {
    close_waits_for_every_delivery(on_smol::Mails::new).await;
}

#[interleave::test(runtime = "smol")]
async fn smol_close_waits_however_long_it_takes() {
    close_waits_however_long_it_takes(on_smol::Mails::new).await;
}

#[interleave::test(runtime = "smol")]
async fn smol_close_misses_no_end() {
    close_misses_no_end(on_smol::Mails::new).await;
}

#[interleave::test(runtime = "smol")]
async fn smol_close_sleeps_until_the_last_delivery() {
    if cfg!(feature = "explore") {
        close_sleeps_until_the_last_delivery(on_smol::Mails::new).await;
    }
}

#[interleave::test(runtime = "smol", real_only)]
async fn smol_an_empty_outbox_is_closed_at_once() {
    an_empty_outbox_is_closed_at_once(on_smol::Mails::new).await;
}

#[interleave::test(runtime = "smol", real_only)]
async fn smol_every_delivery_begins_at_once() {
    every_delivery_begins_at_once(on_smol::Mails::new).await;
}

#[interleave::test(runtime = "smol")]
async fn smol_a_dropped_outbox_delivers_what_was_sent() {
    a_dropped_outbox_delivers_what_was_sent(on_smol::Mails::new).await;
}

#[interleave::test(runtime = "smol")]
async fn smol_an_abandoned_close_delivers_what_was_sent() {
    an_abandoned_close_delivers_what_was_sent(on_smol::Mails::new).await;
}

#[interleave::test(runtime = "smol", real_only)]
async fn smol_two_outboxes_are_independent() {
    two_outboxes_are_independent(on_smol::Mails::new).await;
}

#[interleave::test(runtime = "smol", real_only)]
async fn smol_deliveries_do_without_async_std() {
    let (tell, told) = unbounded();
    let mut outbox = on_smol::Mails::new(WhichRuntime(tell));
    outbox.send("invoice");
    outbox.close().await;
    assert_eq!(told.recv().await, Ok(false), "the port still delivers its mail in a task of async-std");
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_is_as_it_was() {
    close_waits_for_every_delivery(on_async_std::Mails::new).await;
    close_waits_however_long_it_takes(on_async_std::Mails::new).await;
    close_misses_no_end(on_async_std::Mails::new).await;
    an_empty_outbox_is_closed_at_once(on_async_std::Mails::new).await;
    every_delivery_begins_at_once(on_async_std::Mails::new).await;
    a_dropped_outbox_delivers_what_was_sent(on_async_std::Mails::new).await;
    an_abandoned_close_delivers_what_was_sent(on_async_std::Mails::new).await;
    two_outboxes_are_independent(on_async_std::Mails::new).await;

    let (tell, told) = unbounded();
    let mut outbox = on_async_std::Mails::new(WhichRuntime(tell));
    outbox.send("invoice");
    outbox.close().await;
    assert_eq!(
        told.recv().await,
        Ok(true),
        "no task of async-std delivers the mail of `on_async_std`: was it replaced?"
    );
}
