//! What is shown of data: values in, styled text or HTML out.

pub mod list;
pub mod map;
pub mod page;
pub mod pages;
pub mod rows;
pub mod step;
pub mod verdict;
