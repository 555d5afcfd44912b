//! Shared by the tests of the drop-ins: which auto traits types have, compared with the real ones.

#![allow(dead_code, reason = "each test uses some of it")]

use std::fmt::Debug;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// Tells whether `T` implements a trait: the inherent constant takes precedence where its bound holds.
pub struct Ask<T: ?Sized>(PhantomData<T>);

pub trait Otherwise {
    const SEND: bool = false;
    const SYNC: bool = false;
    const UNPIN: bool = false;
    const UNWIND_SAFE: bool = false;
    const REF_UNWIND_SAFE: bool = false;
    const DEBUG: bool = false;
}

impl<T: ?Sized> Otherwise for Ask<T> {}

impl<T: ?Sized + Send> Ask<T> {
    pub const SEND: bool = true;
}

impl<T: ?Sized + Sync> Ask<T> {
    pub const SYNC: bool = true;
}

impl<T: ?Sized + Unpin> Ask<T> {
    pub const UNPIN: bool = true;
}

impl<T: ?Sized + UnwindSafe> Ask<T> {
    pub const UNWIND_SAFE: bool = true;
}

impl<T: ?Sized + RefUnwindSafe> Ask<T> {
    pub const REF_UNWIND_SAFE: bool = true;
}

impl<T: ?Sized + Debug> Ask<T> {
    pub const DEBUG: bool = true;
}

macro_rules! answers {
    ($type:ty) => {
        [
            ("Send", <Ask<$type>>::SEND),
            ("Sync", <Ask<$type>>::SYNC),
            ("Unpin", <Ask<$type>>::UNPIN),
            ("UnwindSafe", <Ask<$type>>::UNWIND_SAFE),
            ("RefUnwindSafe", <Ask<$type>>::REF_UNWIND_SAFE),
            ("Debug", <Ask<$type>>::DEBUG),
        ]
    };
}

/// Contents without `Debug`.
pub struct Opaque;

/// Compares types with their real counterparts, for each kind of contents `T`. A type is written as `$name::…`, which is
/// a path in the drop-in, and then the same path in the real package.
macro_rules! same {
    ($($ours:ident)::+ like $($real:ident)::+ as $name:ident: $types:tt) => {
        same!(@with i32, [$($ours)::+] [$($real)::+] $name $types);
        same!(@with std::cell::Cell<i32>, [$($ours)::+] [$($real)::+] $name $types);
        same!(@with std::rc::Rc<i32>, [$($ours)::+] [$($real)::+] $name $types);
        same!(@with std::sync::MutexGuard<'static, i32>, [$($ours)::+] [$($real)::+] $name $types);
        same!(@with $crate::auto_traits::Opaque, [$($ours)::+] [$($real)::+] $name $types);
    };
    (@with $contents:ty, $ours:tt $real:tt $name:ident { $($type:ty;)* }) => {{
        type T = $contents;
        $(same!(@one $type, $ours $real $name);)*
    }};
    (@one $type:ty, [$($ours:ident)::+] [$($real:ident)::+] $name:ident) => {
        assert_eq!(
            { use $($ours)::+ as $name; answers!($type) },
            { use $($real)::+ as $name; answers!($type) },
            "{} of {}", stringify!($type), std::any::type_name::<T>()
        );
    };
}
