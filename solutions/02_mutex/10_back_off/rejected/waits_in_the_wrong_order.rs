//! verdict: deadlock
//! Waits for the hub and keeps the device: another thread holds the hub and waits for the device.
//!
//! Hubs, and the devices that are plugged into them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A hub. Lock order: first the hub, then its devices.
#[derive(Default)]
pub struct Hub {
    /// What is plugged into this hub, by number.
    devices: Mutex<BTreeMap<u32, Arc<Device>>>,
}

/// A device. Whenever nobody holds a lock, it is on the list of the hub that it names, and on no other.
pub struct Device {
    /// No two devices have the same number.
    number: u32,
    /// The hub that this device is plugged into.
    hub: Mutex<Option<Arc<Hub>>>,
}

impl Hub {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Plugs `device` into this hub. Returns `false` if it is plugged in already, into this hub or another one.
    pub fn plug(self: &Arc<Self>, device: &Arc<Device>) -> bool {
        let mut devices = self.devices.lock().unwrap();
        let mut hub = device.hub.lock().unwrap();
        if hub.is_some() {
            return false;
        }
        *hub = Some(Arc::clone(self));
        devices.insert(device.number, Arc::clone(device));
        true
    }

    /// Unplugs all devices of this hub. Returns how many there were.
    pub fn unplug_all(&self) -> usize {
        let mut devices = self.devices.lock().unwrap();
        for device in devices.values() {
            *device.hub.lock().unwrap() = None;
        }
        let unplugged = std::mem::take(&mut *devices);
        unplugged.len()
    }

    /// Goes through the list. Passes on the number of each device, and whether the device names this hub. No device comes
    /// or goes meanwhile.
    pub fn scan(&self, mut visit: impl FnMut(u32, bool)) {
        let devices = self.devices.lock().unwrap();
        for device in devices.values() {
            let names_this = device.hub.lock().unwrap().as_ref().is_some_and(|hub| std::ptr::eq(&**hub, self));
            visit(device.number, names_this);
        }
    }
}

impl Device {
    pub fn new(number: u32) -> Arc<Self> {
        Arc::new(Self { number, hub: Mutex::default() })
    }

    pub fn is_plugged(&self) -> bool {
        self.hub.lock().unwrap().is_some()
    }

    /// Unplugs this device from its hub and returns `true`, or returns `false` if it is not plugged in.
    pub fn unplug(&self) -> bool {
        let mut hub = self.hub.lock().unwrap();
        let Some(there) = hub.clone() else {
            return false;
        };
        let mut devices = there.devices.lock().unwrap();
        devices.remove(&self.number);
        *hub = None;
        true
    }
}
