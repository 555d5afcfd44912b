//! The prelude. The compiler takes it from this crate, as it is called `std`, so `thread_local!` needs no import
//! either.

#[doc(no_inline)]
pub use ::std::prelude::*;

/// What all editions import.
pub mod v1 {
    #[doc(no_inline)]
    pub use ::std::prelude::v1::*;

    pub use crate::thread_local;
}

/// What edition 2015 imports.
pub mod rust_2015 {
    #[doc(no_inline)]
    pub use ::std::prelude::rust_2015::*;

    pub use crate::thread_local;
}

/// What edition 2018 imports.
pub mod rust_2018 {
    #[doc(no_inline)]
    pub use ::std::prelude::rust_2018::*;

    pub use crate::thread_local;
}

/// What edition 2021 imports.
pub mod rust_2021 {
    #[doc(no_inline)]
    pub use ::std::prelude::rust_2021::*;

    pub use crate::thread_local;
}

/// What edition 2024 imports.
pub mod rust_2024 {
    #[doc(no_inline)]
    pub use ::std::prelude::rust_2024::*;

    pub use crate::thread_local;
}
