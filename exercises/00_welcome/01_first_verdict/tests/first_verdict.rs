use first_verdict::Pool;

#[interleave::test]
fn what_is_not_in_use_is_free() {
    let pool = Pool::new(10, 3);
    assert_eq!(
        pool.free(),
        7,
        "10 connections exist and 3 are in use, so 7 are free; left stands what `free` answered"
    );
}

#[interleave::test]
fn an_exhausted_pool_has_nothing_free() {
    let pool = Pool::new(5, 5);
    assert_eq!(pool.free(), 0, "all 5 connections are in use, so none is free");
}

#[interleave::test]
fn an_idle_pool_is_all_free() {
    let pool = Pool::new(4, 0);
    assert_eq!(pool.free(), 4, "none of the 4 connections is in use, so all are free");
    assert_eq!(pool.status(), "0 of 4 in use", "asking what is free must not change what is in use");
}
