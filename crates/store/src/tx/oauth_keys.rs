use cardium_app::access_tokens::{OauthKey, OauthKeyStore};
use cardium_kernel::{StoreError, Timestamp};

use super::BatchTx;
use crate::oauth_keys;

impl OauthKeyStore for BatchTx<'_> {
    fn take_oauth_keys(&mut self) -> Result<Vec<OauthKey>, StoreError> {
        oauth_keys::take(self.cold()?)
    }

    fn replace_oauth_keys(&mut self, keys: &[OauthKey], now: Timestamp) -> Result<(), StoreError> {
        oauth_keys::replace(self.cold()?, keys, now)
    }
}
