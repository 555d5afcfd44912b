//! Views: they turn data into styled text or HTML.

pub mod brief;
pub mod finish;
pub mod list;
pub mod map;
pub mod page;
pub mod pages;
pub mod results;
pub mod rows;
pub mod running;
pub mod space;
pub mod step;
pub mod verdict;
