// What a thread has done is only looked at when all others sleep, so the mark is `core`'s own.
use core::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use back_off::{Device, Hub};
use interleave::{histories, like_the_model};

/// A hub with devices that have these numbers.
fn hub<const N: usize>(numbers: [u32; N]) -> (Arc<Hub>, [Arc<Device>; N]) {
    let hub = Hub::new();
    let devices = numbers.map(Device::new);
    for device in &devices {
        assert!(hub.plug(device), "the device was not plugged in before");
    }
    (hub, devices)
}

/// The numbers of the devices that are plugged into `hub`. Fails if one of them does not name this hub.
#[track_caller]
fn plugged(hub: &Hub) -> Vec<u32> {
    let mut numbers = Vec::new();
    hub.scan(|number, names_this| {
        assert!(names_this, "device {number} is on the list of a hub, and names another hub or none");
        numbers.push(number);
    });
    numbers
}

/// Unplugs a device on another thread.
fn unplug(device: &Arc<Device>) -> JoinHandle<bool> {
    let device = Arc::clone(device);
    thread::spawn(move || device.unplug())
}

#[interleave::test]
fn an_unplugged_device_can_be_plugged_in_again() {
    let (hub, [mouse, camera]) = hub([1, 2]);
    for round in 1..=2 {
        assert!(!hub.plug(&mouse), "the device is plugged in already (time {round})");
        assert!(mouse.unplug(), "the device is plugged in, and `unplug` returned `false` (time {round})");
        assert!(!mouse.is_plugged(), "the device has been unplugged (time {round})");
        assert_eq!(plugged(&hub), [2], "of two devices, one has been unplugged (time {round})");
        assert!(!mouse.unplug(), "the device was unplugged before, and `unplug` returned `true` (time {round})");
        assert!(hub.plug(&mouse), "the device was unplugged before, so it can be plugged in again (time {round})");
    }
    assert_eq!(hub.unplug_all(), 2, "two devices are plugged in");
    assert!(!camera.unplug(), "all devices were unplugged before");
}

#[interleave::test]
fn an_unplug_that_waits_sleeps() {
    let (hub, [mouse]) = hub([1]);
    let done = Arc::new(AtomicBool::new(false));
    let mut waits = None;
    hub.scan(|_, _| {
        let (mouse, done) = (Arc::clone(&mouse), Arc::clone(&done));
        waits = Some(thread::spawn(move || {
            let unplugged = mouse.unplug();
            done.store(true, SeqCst);
            unplugged
        }));
        // A thread that tries again and again never settles.
        interleave::settle();
    });
    let unplugged = waits.expect("the hub has one device").join().unwrap();
    assert!(unplugged, "the device is plugged in, and `unplug` returned `false`; the hub was being scanned");
    assert!(done.load(SeqCst), "`unplug` has returned");
    assert_eq!(plugged(&hub), [0_u32; 0], "the only device has been unplugged");
}

#[interleave::test]
fn an_unplug_does_not_give_up() {
    let (hub, [mouse, camera]) = hub([1, 2]);
    let others = [unplug(&mouse), {
        let (hub, keyboard) = (Arc::clone(&hub), Device::new(3));
        thread::spawn(move || hub.plug(&keyboard))
    }];
    let own = camera.unplug();
    let others = others.map(|other| other.join().unwrap());
    assert!(own && others[0], "two devices were plugged in, and one of them was not unplugged; the hub was in use");
    assert!(others[1], "a new device was plugged in");
    assert_eq!(plugged(&hub), [3], "two devices were unplugged, and one was plugged in");
}

#[interleave::test]
fn one_and_all_at_once_never_deadlock() {
    let (hub, [mouse, camera]) = hub([1, 2]);
    let other = unplug(&mouse);
    let all = hub.unplug_all();
    let own = other.join().unwrap();
    assert_eq!(
        all + usize::from(own),
        2,
        "two devices were unplugged: {all} with all others, and alone {}",
        u8::from(own)
    );
    assert!(!mouse.is_plugged() && !camera.is_plugged(), "two devices were unplugged");
    assert_eq!(plugged(&hub), [0_u32; 0], "two devices were unplugged");
}

#[interleave::test]
fn plugging_in_and_unplugging_never_deadlock() {
    let (hub, [mouse]) = hub([1]);
    let other = unplug(&mouse);
    let plugged_in = hub.plug(&mouse);
    assert!(other.join().unwrap(), "the device is plugged in, and `unplug` returned `false`");
    assert_eq!(mouse.is_plugged(), plugged_in, "left: what the device says; right: whether it was plugged in again");
    assert_eq!(
        plugged(&hub).len(),
        usize::from(plugged_in),
        "left: the length of the list; right: 1 if plugged in again"
    );
}

#[interleave::test]
fn a_device_is_plugged_in_once() {
    let (desk, dock, mouse) = (Hub::new(), Hub::new(), Device::new(1));
    let other = {
        let (dock, mouse) = (Arc::clone(&dock), Arc::clone(&mouse));
        thread::spawn(move || dock.plug(&mouse))
    };
    let own = desk.plug(&mouse);
    let other = other.join().unwrap();
    assert!(
        own != other,
        "a device was plugged into two hubs, and one of them gets `true`; they got {own} and {other}"
    );
    assert_eq!(
        [plugged(&desk).len(), plugged(&dock).len()],
        [own, other].map(usize::from),
        "left: the lengths of the lists"
    );
}

#[interleave::test]
fn a_device_is_unplugged_once() {
    let (hub, [mouse]) = hub([1]);
    let other = unplug(&mouse);
    let own = mouse.unplug();
    let other = other.join().unwrap();
    assert!(own != other, "two threads unplugged a device, and one of them gets `true`; they got {own} and {other}");
    assert_eq!(plugged(&hub), [0_u32; 0], "the only device has been unplugged");
}

#[interleave::test]
fn a_device_that_has_left_the_list_is_not_plugged_in() {
    let (hub, [mouse]) = hub([1]);
    let other = unplug(&mouse);
    let there = plugged(&hub);
    let plugged_after = mouse.is_plugged();
    assert!(other.join().unwrap(), "the device is plugged in, and `unplug` returned `false`");
    assert!(
        there == [1] || !plugged_after,
        "a device was not on the list of its hub any more, and said after that that it is plugged in"
    );
}

#[interleave::test]
fn a_device_that_is_not_plugged_in_has_left_the_list() {
    let (hub, [mouse]) = hub([1]);
    let other = unplug(&mouse);
    let plugged_before = mouse.is_plugged();
    let there = plugged(&hub);
    assert!(other.join().unwrap(), "the device is plugged in, and `unplug` returned `false`");
    assert!(
        plugged_before || there.is_empty(),
        "a device said that it is not plugged in, and was on the list after that"
    );
}

#[interleave::test]
fn all_devices_leave_the_list_in_one_step() {
    let (hub, _devices) = hub([1]);
    let other = {
        let hub = Arc::clone(&hub);
        thread::spawn(move || hub.unplug_all())
    };
    let there = plugged(&hub);
    assert_eq!(other.join().unwrap(), 1, "one device was plugged in, and all were unplugged");
    assert!(
        there == [1] || there.is_empty(),
        "one device was plugged in, and all were unplugged; the list was {there:?}"
    );
}

#[interleave::test]
fn a_device_that_moves_is_unplugged_where_it_is() {
    let (hub, [mouse]) = hub([1]);
    let (desk, dock) = (hub, Hub::new());
    let moves = {
        let (mouse, dock) = (Arc::clone(&mouse), Arc::clone(&dock));
        thread::spawn(move || (mouse.unplug(), dock.plug(&mouse)))
    };
    let own = mouse.unplug();
    let (moved, plugged_in) = moves.join().unwrap();
    assert!(plugged_in, "the device was not plugged in when it was plugged into the second hub");
    assert!(own || moved, "the device was plugged in, and two threads unplugged it; both got `false`");
    assert_eq!(plugged(&desk), [0_u32; 0], "the device was unplugged from its first hub");
    let there = if own && moved { vec![] } else { vec![1] };
    assert_eq!(
        plugged(&dock),
        there,
        "a device was unplugged (by this thread: {own}; by another one: {moved}), and plugged into a second hub; left: what \
         is plugged into that now"
    );
    assert_eq!(mouse.is_plugged(), !there.is_empty(), "left: what the device says; right: whether it is on a list");
}

#[interleave::test]
fn a_device_may_move_twice() {
    let (desk, [mouse]) = hub([1]);
    let hubs = [desk, Hub::new(), Hub::new()];
    let moves = {
        let (mouse, next) = (Arc::clone(&mouse), [1, 2].map(|place: usize| Arc::clone(&hubs[place])));
        thread::spawn(move || next.map(|hub| (mouse.unplug(), hub.plug(&mouse))))
    };
    let own = mouse.unplug();
    let moves = moves.join().unwrap();
    assert!(
        moves.iter().all(|(_, plugged_in)| *plugged_in),
        "the device was unplugged before each time it was plugged in"
    );
    let unplugged = usize::from(own) + moves.iter().filter(|(unplugged, _)| *unplugged).count();
    let there = hubs.each_ref().map(|hub| plugged(hub).len());
    assert_eq!(
        there.iter().sum::<usize>() + unplugged,
        3,
        "a device was plugged in three times and unplugged {unplugged} times; the lengths of the lists of the three hubs are \
         {there:?}"
    );
    assert_eq!(mouse.is_plugged(), there.contains(&1), "left: what the device says; right: whether it is on a list");
}

#[interleave::test]
fn a_busy_hub_holds_up_no_other_device() {
    let (busy, [_mouse]) = hub([1]);
    let (idle, [camera]) = hub([2]);
    let loose = Device::new(3);
    let mut unplugged = None;
    busy.scan(|_, _| unplugged = Some((camera.unplug(), loose.unplug())));
    assert_eq!(
        unplugged,
        Some((true, false)),
        "during the scan of one hub, a device of another hub was unplugged, and a device that was plugged in nowhere"
    );
    assert_eq!((plugged(&busy), plugged(&idle)), (vec![1], vec![]), "the only device of the second hub was unplugged");
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn one_thread_plugs_and_unplugs_in_any_order() {
    #[derive(Debug)]
    enum Op {
        Plug(usize, u32),
        Unplug(u32),
        UnplugAll(usize),
    }
    histories(
        |draws| match draws.below(5) {
            0 => Op::UnplugAll(draws.below(2)),
            1 | 2 => Op::Unplug(draws.below(4) as u32),
            _ => Op::Plug(draws.below(2), draws.below(4) as u32),
        },
        || ([Hub::new(), Hub::new()], [0, 1, 2, 3].map(Device::new), [BTreeSet::new(), BTreeSet::new()]),
        |(hubs, devices, model), op| {
            match op {
                Op::Plug(hub, number) => {
                    let fine = model.iter().all(|there| !there.contains(&number));
                    like_the_model(hubs[hub].plug(&devices[number as usize]), fine)?;
                    if fine {
                        model[hub].insert(number);
                    }
                }
                Op::Unplug(number) => {
                    let was = model.iter_mut().any(|there| there.remove(&number));
                    like_the_model(devices[number as usize].unplug(), was)?;
                }
                Op::UnplugAll(hub) => {
                    let all = std::mem::take(&mut model[hub]);
                    like_the_model(hubs[hub].unplug_all(), all.len())?;
                }
            }
            for (hub, there) in hubs.iter().zip(&*model) {
                like_the_model(plugged(hub), there.iter().copied().collect::<Vec<_>>())?;
            }
            for device in 0..4 {
                let there = model.iter().any(|there| there.contains(&device));
                like_the_model(devices[device as usize].is_plugged(), there)?;
            }
            Ok(())
        },
    );
}
