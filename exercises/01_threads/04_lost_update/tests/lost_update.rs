use std::sync::Arc;
use std::thread;

use interleave::{histories, like_the_model};
use lost_update::Quota;

/// A quota of `limit` tokens, of which `left` are left.
fn quota(limit: u32, left: u32) -> Arc<Quota> {
    let quota = Quota::new(limit);
    assert!(quota.take(limit - left), "all {limit} tokens are left, and {} were refused", limit - left);
    Arc::new(quota)
}

/// Runs `other` on another thread and `own` on this one.
fn both<A: Send + 'static, B>(
    quota: &Arc<Quota>,
    other: impl FnOnce(&Quota) -> A + Send + 'static,
    own: impl FnOnce(&Quota) -> B,
) -> (A, B) {
    let theirs = Arc::clone(quota);
    let other = thread::spawn(move || other(&theirs));
    let own = own(quota);
    (other.join().unwrap(), own)
}

#[interleave::test]
fn the_last_tokens_are_taken_once() {
    let quota = quota(5, 5);
    let (theirs, own) = both(&quota, |quota| quota.take(4), |quota| quota.take(4));
    assert!(
        theirs != own,
        "five tokens are enough for one request of four; two threads sent one each and got {theirs} and {own}, and {} \
         tokens are left",
        quota.left()
    );
    assert_eq!(quota.left(), 1, "one request took four of five tokens (left: how many are left)");
}

#[interleave::test]
fn no_request_is_refused_while_enough_tokens_are_left() {
    let quota = quota(4, 4);
    // The second request of the other thread may come while this one tries again.
    let (theirs, own) = both(&quota, |quota| [quota.take(1), quota.take(1)], |quota| quota.take(2));
    assert_eq!(
        (own, theirs),
        (true, [true; 2]),
        "four tokens are enough for a request of two and two of one; a thread sent the first, another one the other two \
         (left: what they got)"
    );
    assert_eq!(quota.left(), 0, "all four tokens were taken (left: how many are left)");
}

#[interleave::test]
fn a_refused_request_takes_nothing_at_any_moment() {
    let quota = quota(5, 5);
    let (theirs, (left, own)) = both(&quota, |quota| quota.take(6), |quota| (quota.left(), quota.take(5)));
    assert!(!theirs, "five tokens are left, and a request of six was not refused");
    assert_eq!(left, 5, "five tokens are left and a request of six is refused; meanwhile, `left` returned (left)");
    assert!(own, "five tokens are left; a request of five was refused while a greater one was being refused");
}

#[interleave::test]
fn no_refill_is_lost() {
    let quota = quota(10, 0);
    both(&quota, |quota| quota.refill(2), |quota| quota.refill(3));
    assert_eq!(quota.left(), 5, "two threads gave two and three tokens back (left: how many are left)");
}

#[interleave::test]
fn a_request_and_a_refill_both_count() {
    let quota = quota(10, 6);
    let (_, (taken, left)) = both(&quota, |quota| quota.refill(3), |quota| (quota.take(6), quota.left()));
    assert!(taken, "six tokens were left before a refill, and a request of six was refused");
    assert!(left == 0 || left == 3, "six of six tokens were taken and three given back; meanwhile {left} were left");
    assert_eq!(quota.left(), 3, "six of six tokens were taken and three given back (left: how many are left)");
}

#[interleave::test]
fn never_more_than_the_limit_is_left() {
    let quota = quota(10, 8);
    let (_, (left, taken)) = both(
        &quota,
        |quota| quota.refill(5),
        |quota| {
            quota.refill(5);
            (quota.left(), quota.take(11))
        },
    );
    assert_eq!(left, 10, "the limit is ten, and after a refill `left` returned (left)");
    assert!(!taken, "the limit is ten, and a request of eleven was not refused");
    assert_eq!(
        quota.left(),
        10,
        "the limit is ten; eight tokens were left, and two threads gave five back each (left)"
    );
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn one_thread_takes_and_refills_in_any_pattern() {
    #[derive(Debug)]
    enum Op {
        Take(u32),
        Refill(u32),
    }
    histories(
        |draws| {
            let tokens = [0, 1, 3, 7, 70_000, u32::MAX][draws.below(6)];
            if draws.below(2) == 0 { Op::Take(tokens) } else { Op::Refill(tokens) }
        },
        || (Quota::new(7), 7),
        |(quota, model), op| {
            match op {
                Op::Take(tokens) => {
                    let fine = u64::from(tokens) <= *model;
                    *model -= if fine { u64::from(tokens) } else { 0 };
                    like_the_model(quota.take(tokens), fine)?;
                }
                Op::Refill(tokens) => {
                    quota.refill(tokens);
                    *model = (*model + u64::from(tokens)).min(7);
                }
            }
            like_the_model(u64::from(quota.left()), *model)
        },
    );
}

#[interleave::test]
fn the_limit_may_be_as_great_as_a_number_can_be() {
    let quota = Quota::new(u32::MAX);
    let taken = [quota.take(u32::MAX), quota.take(1)];
    assert_eq!(taken, [true, false], "all tokens were taken, and then one more (left: whether they were)");
    quota.refill(70_000);
    quota.refill(u32::MAX - 70_000);
    assert_eq!(quota.left(), u32::MAX, "all tokens were taken and all given back (left: how many are left)");
}

#[interleave::test]
fn two_quotas_do_not_disturb_each_other() {
    let (mails, uploads) = (Quota::new(3), Quota::new(5));
    assert!(mails.take(3), "three tokens are left, and a request of three was refused");
    assert_eq!(uploads.left(), 5, "three tokens of another quota were taken, none of this one (left)");
    uploads.refill(5);
    assert_eq!([mails.left(), uploads.left()], [0, 5], "the first quota is used up, the second one is full (left)");
}
