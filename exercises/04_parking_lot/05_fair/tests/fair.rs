// What other threads have done is not what is explored here, so the counter is `core`'s own.
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use fair::Vault;

/// A secret, encrypted with a key. Not `Clone`: there is one of it.
#[derive(Debug, PartialEq)]
struct Secret {
    key: u32,
    text: u32,
}

fn secret(key: u32) -> Secret {
    Secret { key, text: 1000 + key }
}

/// Encrypts a secret with the key 2, in two steps.
fn with_key_2(secret: &mut Secret) {
    secret.key = 2;
    thread::yield_now();
    secret.text = 1002;
}

/// A vault of the secrets 1 to `count`, all with the key 1.
fn vault(count: u32) -> Arc<Vault<Secret>> {
    let vault = Vault::new();
    (1..=count).for_each(|id| vault.store(id, secret(1)));
    Arc::new(vault)
}

/// Runs a request on another thread.
fn spawn<R: Send + 'static>(
    vault: &Arc<Vault<Secret>>,
    request: impl FnOnce(&Vault<Secret>) -> R + Send + 'static,
) -> JoinHandle<R> {
    let vault = Arc::clone(vault);
    thread::spawn(move || request(&vault))
}

#[interleave::test(early_deadlines)]
fn a_request_that_waits_is_next() {
    let vault = vault(3);
    let done = Arc::new(AtomicU32::new(0));
    let mut request = None;
    vault.rotate(|id, secret| {
        if id == 1 {
            let done = Arc::clone(&done);
            request = Some(spawn(&vault, move |vault| vault.with(3, |_| done.fetch_add(1, SeqCst))));
            // Only explore mode knows when the request waits. One that tries again and again never settles.
            interleave::settle();
        } else if cfg!(feature = "explore") {
            assert_eq!(done.load(SeqCst), 1, "a request waited when secret 1 was done, and secret {id} was next");
        }
        with_key_2(secret);
    });
    let served = request.expect("secret 1 was rotated").join().unwrap();
    assert_eq!(served, Some(0), "there is a secret 3");
}

#[interleave::test]
fn of_two_requests_that_wait_one_is_served_after_each_secret() {
    let vault = vault(3);
    let done = Arc::new(AtomicU32::new(0));
    let mut requests = Vec::new();
    vault.rotate(|id, _| {
        if id == 1 {
            for _ in 0..2 {
                let done = Arc::clone(&done);
                requests.push(spawn(&vault, move |vault| vault.with(3, |_| done.fetch_add(1, SeqCst))));
            }
            interleave::settle();
        } else if cfg!(feature = "explore") {
            let served = done.load(SeqCst);
            assert!(served >= id - 1, "two requests came during secret 1; {served} of them were served before {id}");
        }
    });
    requests.into_iter().for_each(|request| assert!(request.join().unwrap().is_some(), "there is a secret 3"));
}

#[interleave::test]
fn a_change_that_waits_is_next() {
    for removes in [false, true] {
        let vault = vault(3);
        let mut request = None;
        let mut rotated = Vec::new();
        vault.rotate(|id, secret| {
            if id == 1 {
                request = Some(spawn(&vault, move |vault| match removes {
                    true => assert!(vault.remove(2), "there is a secret 2"),
                    false => vault.store(2, self::secret(5)),
                }));
                interleave::settle();
            }
            rotated.push((id, secret.key));
        });
        request.expect("secret 1 was rotated").join().unwrap();
        if cfg!(feature = "explore") && removes {
            assert_eq!(
                rotated,
                [(1, 1), (3, 1)],
                "the removal of secret 2 waited; left: the secrets that were rotated"
            );
        } else if cfg!(feature = "explore") {
            let expected = [(1, 1), (2, 5), (3, 1)];
            assert_eq!(
                rotated, expected,
                "a new secret 2, with key 5, waited; left: which were rotated, and their keys"
            );
        }
    }
}

#[interleave::test]
fn each_secret_has_its_turns() {
    let vault = vault(3);
    let done = Arc::new(AtomicU32::new(0));
    let mut requests = Vec::new();
    vault.rotate(|id, _| {
        if cfg!(feature = "explore") {
            let served = done.load(SeqCst);
            assert_eq!(served, id - 1, "one request came during each secret before {id}; left: how many were served");
        }
        let done = Arc::clone(&done);
        requests.push(spawn(&vault, move |vault| vault.with(3, |_| done.fetch_add(1, SeqCst))));
        interleave::settle();
    });
    requests.into_iter().for_each(|request| assert!(request.join().unwrap().is_some(), "there is a secret 3"));
}

#[interleave::test]
fn each_secret_is_rotated_once() {
    let vault = Vault::default();
    assert_eq!(
        vault.rotate(|id, _| panic!("the vault is empty, and secret {id} was rotated")),
        0,
        "the vault is empty"
    );
    let ids = [0, 1, 2, 7, 40, u32::MAX - 1, u32::MAX];
    ids.iter().rev().for_each(|&id| vault.store(id, secret(1)));
    for key in 2..=3 {
        let mut seen = Vec::new();
        let rotated = vault.rotate(|id, old| {
            seen.push(id);
            assert_eq!(*old, secret(key - 1), "left: secret {id} before its turn");
            *old = secret(key);
        });
        assert_eq!((&seen[..], rotated), (&ids[..], ids.len()), "left: which secrets were rotated, and how many");
    }
    for id in ids {
        assert_eq!(vault.with(id, |secret| secret.key), Some(3), "left: the key of secret {id} after two rotations");
    }
    assert_eq!(vault.with(3, |secret| secret.key), None, "there is no secret 3");
}

#[interleave::test]
fn secrets_may_come_and_go_during_a_rotation() {
    let vault = vault(4);
    let mut request = None;
    let mut seen = BTreeMap::new();
    let mut order = Vec::new();
    let rotated = vault.rotate(|id, secret| {
        order.push(id);
        if id == 2 {
            request = Some(spawn(&vault, |vault| {
                let removed = [1, 3].map(|id| vault.remove(id));
                [0, 9].into_iter().for_each(|id| vault.store(id, self::secret(1)));
                removed
            }));
            interleave::settle();
        }
        *seen.entry(id).or_insert(0) += 1;
        with_key_2(secret);
    });
    let removed = request.expect("secret 2 was rotated").join().unwrap();
    assert_eq!(removed, [true, true], "secrets 1 and 3 were there, and they were removed during the rotation");
    assert!(order.is_sorted(), "secrets 0 and 9 were stored meanwhile; not in the order of their numbers: {order:?}");
    assert_eq!(seen.values().sum::<usize>(), rotated, "left: how many secrets were rotated; right: what was returned");
    for id in [1, 2, 4] {
        assert_eq!(
            seen.get(&id),
            Some(&1),
            "secrets were removed and stored meanwhile; left: how often {id} was rotated"
        );
    }
    assert!(seen.values().all(|&times| times == 1), "each secret is rotated once; by number: {seen:?}");
    let keys = [1, 2, 3, 4].map(|id| vault.with(id, |secret| secret.key));
    assert_eq!(keys, [None, Some(2), None, Some(2)], "left: the keys of secrets 1 to 4 after the rotation");
    for id in [0, 9] {
        let found = vault.with(id, |secret| secret.key);
        assert!(found.is_some(), "secret {id} was stored during the rotation, and it is missing");
    }
}

#[interleave::test(early_deadlines)]
fn nobody_sees_a_secret_half_encrypted() {
    let vault = vault(2);
    let request = spawn(&vault, |vault| vault.with(2, |secret| (secret.key, secret.text)));
    vault.rotate(|_, secret| with_key_2(secret));
    let seen = request.join().unwrap();
    assert!(
        seen == Some((1, 1001)) || seen == Some((2, 1002)),
        "secret 2 is there all the time, with one key or the other; a request saw {seen:?}"
    );
}

#[interleave::test(early_deadlines)]
fn what_is_stored_during_a_rotation_is_kept() {
    let vault = vault(2);
    let request = spawn(&vault, |vault| vault.store(1, Secret { key: 7, text: 7 }));
    vault.rotate(|_, secret| {
        thread::yield_now();
        secret.key += 1;
    });
    request.join().unwrap();
    let (key, text) = vault.with(1, |secret| (secret.key, secret.text)).expect("secret 1 is there all the time");
    assert!(
        text == 7 && [7, 8].contains(&key),
        "secret 1 was replaced by one with key 7, and then it was {key}, {text}"
    );
}

#[interleave::test]
fn a_request_waits_as_long_as_a_secret_takes() {
    let vault = vault(2);
    let mut request = None;
    vault.rotate(|id, secret| {
        if id == 1 {
            request = Some(spawn(&vault, |vault| (vault.with(2, |secret| secret.key), vault.remove(2))));
            if cfg!(feature = "explore") {
                // A week of explore mode's clock takes no time.
                thread::sleep(Duration::from_secs(7 * 24 * 3600));
            }
        }
        with_key_2(secret);
    });
    let (key, removed) = request.expect("secret 1 was rotated").join().unwrap();
    assert!(key.is_some() && removed, "secret 2 was there until this request removed it; it found {key:?}, {removed}");
}

#[interleave::test]
fn two_vaults_do_not_disturb_each_other() {
    let (here, there) = (vault(2), vault(3));
    let rotated = here.rotate(|_, secret| {
        with_key_2(secret);
        assert_eq!(there.rotate(|_, secret| secret.key += 1), 3, "left: how many secrets another vault has");
        there.store(3, self::secret(5));
    });
    assert_eq!(rotated, 2, "left: how many secrets the first vault has");
    let keys = [1, 2, 3].map(|id| there.with(id, |secret| secret.key));
    assert_eq!(keys, [Some(3), Some(3), Some(5)], "left: the keys of the other vault, rotated twice");
}
