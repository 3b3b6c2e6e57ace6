//! What a card may be spent on: changes as they are asked for, controls as they are shown.
//!
//! A change is merged (RFC 7396): what is absent stays, `null` clears, `[]` clears a list.

mod input;
mod object;
mod output;

pub use input::{ControlsIn, GeoIn, LimitsIn, MccIn};
pub(crate) use input::{PatchIn, country};
pub(crate) use object::ObjectIn;
pub(crate) use output::{ControlsOut, GeoOut, LimitsOut, MccOut};
