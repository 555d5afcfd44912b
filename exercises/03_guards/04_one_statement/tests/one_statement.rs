use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use interleave::{histories, like_the_model};
use one_statement::{POWER, Station};

/// Runs `other` on another thread and `own` on this one.
fn both<A: Send + 'static, B>(
    station: &Arc<Station>,
    other: impl FnOnce(&Station) -> A + Send + 'static,
    own: impl FnOnce(&Station) -> B,
) -> (A, B) {
    let theirs = Arc::clone(station);
    let other = thread::spawn(move || other(&theirs));
    let own = own(station);
    (other.join().unwrap(), own)
}

#[interleave::test]
fn a_car_gets_what_it_wants_or_what_is_left() {
    let station = Station::new();
    station.plug_in(1, 100);
    assert_eq!(station.left(), POWER - 100, "one car gets 100 kW (left: what `left` returned)");
    station.plug_in(2, 100);
    assert_eq!(station.left(), 0, "the second car wanted 100 kW and gets the 50 that were left");
    station.plug_in(3, 22);
    assert_eq!(station.unplug(2), Some(50), "50 kW were left for the second car (left: what it had)");
    assert_eq!(station.unplug(3), Some(0), "nothing was left for the third car (left: what it had)");
    assert_eq!(station.left(), 50, "only the first car is plugged in, with 100 kW (left: what `left` returned)");
}

#[interleave::test]
fn the_board_shows_the_cars_and_their_power() {
    let station = Station::new();
    assert_eq!(station.board(), "0 cars, 0 kW", "no car is plugged in");
    station.plug_in(1, 11);
    station.plug_in(2, 22);
    assert_eq!(station.board(), "2 cars, 33 kW", "two cars are plugged in, with 11 and 22 kW");
    assert_eq!(station.unplug(1), Some(11), "car 1 is plugged in");
    assert_eq!(station.board(), "1 cars, 22 kW", "one car was unplugged, the other one has 22 kW");
}

#[interleave::test]
fn the_board_shows_one_moment() {
    let station = Arc::new(Station::new());
    station.plug_in(1, 22);
    let (had, board) = both(
        &station,
        |station| {
            station.plug_in(2, 22);
            [station.unplug(1), station.unplug(2)]
        },
        Station::board,
    );
    assert_eq!(had, [Some(22); 2], "two cars were plugged in while the board was read (left: what they had)");
    assert!(
        ["0 cars, 0 kW", "1 cars, 22 kW", "2 cars, 44 kW"].contains(&board.as_str()),
        "each car gets 22 kW, and the board showed `{board}`: the two numbers are from two moments"
    );
}

#[interleave::test]
fn two_cars_share_all_of_the_power() {
    let station = Arc::new(Station::new());
    both(&station, |station| station.plug_in(1, 100), |station| station.plug_in(2, 100));
    assert_eq!(station.board(), "2 cars, 150 kW", "two threads have plugged in a car each, and have returned");
    let power = [station.unplug(1), station.unplug(2)];
    assert!(
        [[Some(100), Some(50)], [Some(50), Some(100)]].contains(&power),
        "two cars wanted 100 kW each, of {POWER}; one gets 100 and the other one 50; they got {power:?}"
    );
}

#[interleave::test]
fn a_car_gets_what_is_left_when_it_comes() {
    let station = Arc::new(Station::new());
    station.plug_in(1, 100);
    let (board, ()) = both(
        &station,
        |station| {
            station.unplug(1);
            station.board()
        },
        |station| station.plug_in(2, 100),
    );
    let had = station.unplug(2);
    let power = if board == "0 cars, 0 kW" { 100 } else { had.unwrap_or(0) };
    assert!(
        had == Some(power) && [50, 100].contains(&power),
        "car 1 had 100 kW and was unplugged; then the board showed `{board}`; meanwhile car 2 came and wanted 100 kW of the \
         50 or {POWER} that were left; it got {had:?}"
    );
    assert!(
        board == "0 cars, 0 kW" || board == format!("1 cars, {power} kW"),
        "car 1 was unplugged, and car 2 gets {power} kW; the board showed `{board}`"
    );
}

#[interleave::test]
fn the_power_of_a_car_is_found_while_others_come_and_go() {
    let station = Arc::new(Station::new());
    station.plug_in(1, 100);
    let (theirs, (left, own)) = both(
        &station,
        |station| {
            station.plug_in(2, 40);
            station.unplug(2)
        },
        |station| (station.left(), station.unplug(1)),
    );
    assert!(left == 50 || left == 10, "one car had 100 kW, another one 40 or none; `left` returned {left}");
    assert_eq!(own, Some(100), "car 1 was plugged in with 100 kW, and unplugged (left: what it had)");
    assert_eq!(theirs, Some(40), "car 2 was plugged in with 40 kW, and unplugged (left: what it had)");
    assert_eq!(station.left(), POWER, "no car is plugged in");
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn cars_come_and_go_in_any_order() {
    #[derive(Debug)]
    enum Op {
        PlugIn(u32, u32),
        Unplug(u32),
    }
    histories(
        |draws| {
            let car = draws.below(6) as u32;
            if draws.below(3) == 0 {
                Op::Unplug(car)
            } else {
                Op::PlugIn(car, [0, 1, 22, 100, 150, 151, u32::MAX][draws.below(7)])
            }
        },
        || (Station::new(), BTreeMap::new()),
        |(station, model), op| {
            match op {
                Op::PlugIn(car, _) if model.contains_key(&car) => {}
                Op::PlugIn(car, wanted) => {
                    station.plug_in(car, wanted);
                    model.insert(car, wanted.min(POWER - model.values().sum::<u32>()));
                }
                Op::Unplug(car) => like_the_model(station.unplug(car), model.remove(&car))?,
            }
            let power = model.values().sum::<u32>();
            like_the_model(station.left(), POWER - power)?;
            like_the_model(station.board(), format!("{} cars, {power} kW", model.len()))
        },
    );
}

#[interleave::test(real_only)]
fn any_number_of_cars_is_plugged_in() {
    let station = Station::new();
    (0..1_000).for_each(|car| station.plug_in(car << 16, 1));
    assert_eq!(station.board(), "1000 cars, 150 kW", "1,000 cars wanted 1 kW each, and there were 150");
    let had = (0..1_000).filter_map(|car| station.unplug(car << 16)).count();
    assert_eq!(had, 1_000, "1,000 cars were plugged in (left: how many of them could be unplugged)");
}

#[interleave::test]
fn each_station_has_its_own_cars() {
    let (here, there) = (Station::new(), Station::new());
    here.plug_in(1, 100);
    there.plug_in(1, 100);
    let boards = [here.board(), there.board()];
    assert_eq!(boards, ["1 cars, 100 kW", "1 cars, 100 kW"], "each of two stations has one car, with 100 kW");
    assert_eq!(here.unplug(1), Some(100), "car 1 was plugged in here");
    assert_eq!(there.unplug(1), Some(100), "a car was unplugged at another station");
}
