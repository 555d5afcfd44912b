pub use real::sync::*;
