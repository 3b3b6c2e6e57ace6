//! Access tokens and the keys that sign them.

mod keys;
mod tokens;

pub use keys::{
    FreshKey, FreshKeyError, KeyState, OauthKey, OauthKeyStore, RETIRING_PERIOD, RotateKeys,
    Rotation, SIGNING_PERIOD, is_rotation_due,
};
pub use tokens::{AccessClaims, Realm, mint_access_token, read_access_token};
