//! `checker grade`: marks for the learner's own files, for one submission, or for a class.

pub mod examiner;
pub mod submission;
