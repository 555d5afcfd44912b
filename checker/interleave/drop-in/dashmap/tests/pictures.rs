//! The pictures of the classic mistakes with maps, kept as reviewed text files in `pictures/`.
//!
//! `SNAPSHOTS=overwrite` rewrites them.
#![cfg(feature = "explore")]

use std::sync::Arc;

use dashmap::DashMap;
use interleave::engine::Exploration;
use snapbox::{assert_data_eq, file};
use tokio::__interleave::{Flavor, block_on};
use tokio::sync::mpsc;
use trace::timeline;

/// The picture of the first failure of `body`, on a screen of 80 columns.
fn picture(body: impl Fn() + Send + Sync + 'static) -> String {
    let exploration = Exploration::new(env!("CARGO_MANIFEST_DIR"));
    let failure = exploration.run(body).failure.expect("it fails in some schedule");
    let picture = timeline::draw(&failure, 80);
    assert!(picture.lines().all(|line| trace::columns::width(line) <= 80), "wider than 80 columns\n{picture}");
    picture
}

#[test]
fn get_inside_iter_mut() {
    let picture = picture(|| {
        let prices = DashMap::new();
        prices.insert("tea", 3);
        for mut price in prices.iter_mut() {
            *price += *prices.get("tea").unwrap();
        }
    });
    assert_data_eq!(picture, file!["pictures/get_inside_iter_mut.txt"]);
}

#[test]
fn get_mut_beside_a_reference() {
    let picture = picture(|| {
        let stock = DashMap::new();
        stock.insert("tea", 3);
        if let Some(left) = stock.get("tea") {
            *stock.get_mut("tea").unwrap() = *left - 1;
        }
    });
    assert_data_eq!(picture, file!["pictures/get_mut_beside_a_reference.txt"]);
}

#[test]
fn a_reference_across_an_await() {
    let picture = picture(|| {
        block_on(Flavor::CurrentThread, async {
            let rooms = Arc::new(DashMap::new());
            let (lobby, mut messages) = mpsc::channel(1);
            rooms.insert("lobby", lobby);
            let closing = tokio::spawn({
                let rooms = Arc::clone(&rooms);
                async move { rooms.remove("lobby").is_some() }
            });
            let reading = tokio::spawn(async move { while messages.recv().await.is_some() {} });
            if let Some(lobby) = rooms.get("lobby") {
                lobby.send("hello").await.unwrap();
                lobby.send("is anybody here?").await.unwrap();
            }
            closing.await.unwrap();
            reading.await.unwrap();
        });
    });
    assert_data_eq!(picture, file!["pictures/a_reference_across_an_await.txt"]);
}
