use std::pin::pin;

use goodbye_async_std::{Line, Outbox, on_async_std, on_smol};
use smol::channel::{Receiver, Sender, bounded, unbounded};
use smol::future::poll_once;

/// A line on which nothing is delivered until the test opens it.
struct GatedLine {
    open: Receiver<()>,
    delivered: Sender<String>,
}

/// The test's end of the line.
struct Server {
    gate: Option<Sender<()>>,
    delivered: Receiver<String>,
}

fn line() -> (GatedLine, Server) {
    let (gate, open) = bounded(1);
    let (sender, delivered) = unbounded();
    (GatedLine { open, delivered: sender }, Server { gate: Some(gate), delivered })
}

impl Line for GatedLine {
    async fn deliver(&self, mail: String) {
        // The channel is closed when the gate is opened.
        let _ = self.open.recv().await;
        let _ = self.delivered.send(mail).await;
    }
}

impl Server {
    fn open(&mut self) {
        self.gate = None;
    }

    /// The mails that arrive until nobody is left who could deliver one.
    async fn mails(&self) -> Vec<String> {
        let mut mails = Vec::new();
        while let Ok(mail) = self.delivered.recv().await {
            mails.push(mail);
        }
        mails.sort();
        mails
    }
}

async fn close_waits_for_every_delivery<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    let (line, mut server) = line();
    let mut outbox = outbox(line);
    outbox.send("invoice");
    outbox.send("reminder");
    let mut closing = pin!(outbox.close());
    assert_eq!(poll_once(&mut closing).await, None, "the outbox was closed before anything could be delivered");
    server.open();
    closing.await;
    let arrived = server.delivered.len();
    assert_eq!(arrived, 2, "`close` has returned, and so many (left) of two mails are delivered");
}

async fn a_dropped_outbox_delivers_what_was_sent<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    let (line, mut server) = line();
    let mut outbox = outbox(line);
    outbox.send("invoice");
    outbox.send("reminder");
    drop(outbox);
    server.open();
    assert_eq!(
        server.mails().await,
        ["invoice", "reminder"],
        "two mails were sent; then the outbox was dropped, and mail (left: what arrived) was lost with it",
    );
}

async fn an_abandoned_close_delivers_what_was_sent<O: Outbox>(outbox: impl Fn(GatedLine) -> O) {
    let (line, mut server) = line();
    let mut outbox = outbox(line);
    outbox.send("invoice");
    outbox.send("reminder");
    {
        let mut closing = pin!(outbox.close());
        assert_eq!(poll_once(&mut closing).await, None, "the outbox was closed before anything could be delivered");
        // Here a timeout strikes, and nobody waits for `close` any more.
    }
    server.open();
    assert_eq!(
        server.mails().await,
        ["invoice", "reminder"],
        "two mails were sent; then waiting in `close` was given up, and mail (left: what arrived) was lost with it",
    );
}

/// Tells whether it is used by a task of async-std.
struct WhichRuntime(Sender<bool>);

impl Line for WhichRuntime {
    async fn deliver(&self, _mail: String) {
        let _ = self.0.send(async_std::task::try_current().is_some()).await;
    }
}

#[interleave::test(runtime = "async-std")]
async fn async_std_close_waits_for_every_delivery() {
    close_waits_for_every_delivery(on_async_std::Mails::new).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_a_dropped_outbox_delivers_what_was_sent() {
    a_dropped_outbox_delivers_what_was_sent(on_async_std::Mails::new).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_an_abandoned_close_delivers_what_was_sent() {
    an_abandoned_close_delivers_what_was_sent(on_async_std::Mails::new).await;
}

#[interleave::test(runtime = "smol")]
async fn smol_close_waits_for_every_delivery() {
    close_waits_for_every_delivery(on_smol::Mails::new).await;
}

#[interleave::test(runtime = "smol")]
async fn smol_a_dropped_outbox_delivers_what_was_sent() {
    a_dropped_outbox_delivers_what_was_sent(on_smol::Mails::new).await;
}

#[interleave::test(runtime = "smol")]
async fn smol_an_abandoned_close_delivers_what_was_sent() {
    an_abandoned_close_delivers_what_was_sent(on_smol::Mails::new).await;
}

#[interleave::test(runtime = "smol")]
async fn smol_deliveries_do_without_async_std() {
    let (tell, told) = unbounded();
    let mut outbox = on_smol::Mails::new(WhichRuntime(tell));
    outbox.send("invoice");
    outbox.close().await;
    assert_eq!(told.recv().await, Ok(false), "the port still delivers its mail in a task of async-std");
}
