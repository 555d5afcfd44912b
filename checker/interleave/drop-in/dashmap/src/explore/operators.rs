//! The operators of maps.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::ops::{BitAnd, BitOr, Shl, Shr, Sub};

use super::DashMap;
use super::mapref::one::{Ref, RefMut};

impl<K: Eq + Hash, V, S: BuildHasher + Clone> Shl<(K, V)> for &DashMap<K, V, S> {
    type Output = Option<V>;

    #[track_caller]
    fn shl(self, (key, value): (K, V)) -> Option<V> {
        self.insert(key, value)
    }
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone, Q> Shr<&Q> for &'a DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = Ref<'a, K, V>;

    #[track_caller]
    fn shr(self, key: &Q) -> Ref<'a, K, V> {
        self.get(key).unwrap()
    }
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone, Q> BitOr<&Q> for &'a DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = RefMut<'a, K, V>;

    #[track_caller]
    fn bitor(self, key: &Q) -> RefMut<'a, K, V> {
        self.get_mut(key).unwrap()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone, Q> Sub<&Q> for &DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = Option<(K, V)>;

    #[track_caller]
    fn sub(self, key: &Q) -> Option<(K, V)> {
        self.remove(key)
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone, Q> BitAnd<&Q> for &DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = bool;

    #[track_caller]
    fn bitand(self, key: &Q) -> bool {
        self.contains_key(key)
    }
}
