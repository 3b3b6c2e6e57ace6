//! The crate through its public face, one module a subject.

mod cvv;
mod envelope;
mod expiry;
mod jwt;
mod keys;
mod masking;
mod pan;
