//! Stories about people who mean the house ill, or merely have a bad line: with real sockets, and where
//! memory or descriptors count, against a process of their own.

mod connections;
mod repetition;

const POSTS: &str = "/api/v1/events/qixi/posts";
