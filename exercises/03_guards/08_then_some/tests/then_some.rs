use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use interleave::{HighWater, histories, like_the_model};
use then_some::Environment;

/// Runs `other` on another thread and `own` on this one.
fn both<A: Send + 'static, B>(
    environment: &Arc<Environment>,
    other: impl FnOnce(&Environment) -> A + Send + 'static,
    own: impl FnOnce(&Environment) -> B,
) -> (A, B) {
    let theirs = Arc::clone(environment);
    let other = thread::spawn(move || other(&theirs));
    let own = own(environment);
    (other.join().unwrap(), own)
}

#[interleave::test]
fn a_refused_deployment_changes_nothing() {
    let production = Environment::new();
    let ada = production.begin();
    assert!(ada.is_some(), "no deployment was running, so ada's can begin");
    assert!(production.begin().is_none(), "ada's deployment is running, so ben's is refused");
    assert!(production.is_busy(), "ada's deployment is running, ben's was refused, and `is_busy` returned false");
    assert!(production.begin().is_none(), "ada's deployment is running, and after ben was refused, cleo's could begin");
    drop(ada);
    assert!(!production.is_busy(), "ada's deployment has ended, and the two others were refused");
    assert!(production.begin().is_some(), "ada's deployment has ended, so the next one can begin");
}

#[interleave::test]
fn a_deployment_that_panics_ends() {
    let production = Environment::new();
    let failed = catch_unwind(AssertUnwindSafe(|| {
        let _deployment = production.begin();
        panic!("during a deployment");
    }));
    assert!(failed.is_err(), "the deployment panicked");
    assert!(!production.is_busy(), "the deployment panicked, so it is running no longer");
    assert!(production.begin().is_some(), "the deployment before has panicked, so the next one can begin");
}

#[interleave::test]
fn one_of_two_deployments_begins() {
    let production = Arc::new(Environment::new());
    let own = production.begin();
    let other = {
        let production = Arc::clone(&production);
        thread::spawn(move || production.begin().is_some())
    };
    let theirs = other.join().unwrap();
    assert!(own.is_some() && !theirs, "this thread's deployment was running, and another one has begun: {theirs}");
    drop(own);
    let (theirs, own) = both(
        &production,
        |production| production.begin().is_some(),
        |production| {
            let deployment = production.begin();
            let began = deployment.is_some();
            assert!(!began || production.is_busy(), "a deployment is running, and `is_busy` returned false");
            began
        },
    );
    assert!(own || theirs, "two threads began a deployment, and both were refused, although none was running");
    assert!(!production.is_busy(), "all deployments have ended");
}

#[interleave::test]
fn a_look_refuses_nobody() {
    let production = Arc::new(Environment::new());
    let (began, _) = both(&production, |production| production.begin().is_some(), Environment::is_busy);
    assert!(began, "no deployment was running, another thread called `is_busy`, and a deployment was refused");
    assert!(!production.is_busy(), "all deployments have ended");
}

#[interleave::test]
fn three_threads_never_deploy_at_the_same_time() {
    let production = Arc::new(Environment::new());
    let running = Arc::new(HighWater::new());
    let deploy = |production: &Environment, running: &HighWater| {
        if let Some(_deployment) = production.begin() {
            let _running = running.enter();
            thread::yield_now();
        }
    };
    let others = [(); 2].map(|()| {
        let (production, running) = (Arc::clone(&production), Arc::clone(&running));
        thread::spawn(move || deploy(&production, &running))
    });
    deploy(&production, &running);
    for other in others {
        other.join().unwrap();
    }
    assert_eq!(running.highest(), 1, "three threads deployed (left: how many did so at the same time)");
}

#[interleave::test]
fn the_next_one_begins_when_the_one_before_has_ended() {
    let production = Arc::new(Environment::new());
    let running = production.begin();
    let (theirs, own) = both(
        &production,
        |production| production.begin().is_some(),
        |production| {
            drop(running);
            production.begin().is_some()
        },
    );
    assert!(
        own || theirs,
        "a deployment has ended, then this thread began one, and another thread tried at some moment; both were refused"
    );
    assert!(production.begin().is_some(), "all deployments have ended, so the next one can begin");
}

#[interleave::test]
fn a_deployment_that_runs_is_seen_by_others() {
    let production = Arc::new(Environment::new());
    let running = production.begin();
    let (refused, seen) = both(
        &production,
        |production| production.begin().is_none(),
        |production| (production.is_busy(), production.is_busy()),
    );
    assert!(refused, "a deployment is running, and another one has begun");
    assert_eq!(seen, (true, true), "a deployment is running while others are refused; `is_busy` returned (left)");
    drop(running);
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn deployments_begin_and_end_in_any_order() {
    histories(
        |draws| draws.below(3) == 0,
        || (&*Box::leak(Box::new(Environment::new())), None),
        |(production, running), ends| {
            if ends {
                drop(running.take());
            } else {
                let next = production.begin();
                like_the_model(next.is_some(), running.is_none())?;
                if next.is_some() {
                    *running = next;
                }
            }
            like_the_model(production.is_busy(), running.is_some())
        },
    );
}

#[interleave::test]
fn each_environment_has_its_own_deployment() {
    let (production, staging) = (Environment::new(), Environment::new());
    let ada = production.begin();
    assert!(!staging.is_busy(), "a deployment to production is running, none to staging");
    let ben = staging.begin();
    assert!(ada.is_some() && ben.is_some(), "two environments can be deployed to at the same time");
    drop(ben);
    assert!(production.is_busy(), "the deployment to staging has ended, the one to production is running");
}
