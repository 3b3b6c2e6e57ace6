//! The crate through its public face, one module a subject.

mod cvv;
mod envelope;
mod expiry;
mod keys;
mod masking;
mod pan;
