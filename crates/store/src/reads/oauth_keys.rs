use cardium_app::{
    access_tokens::OauthKey,
    reads::{OauthKeyReads, ReadResult},
};

use super::{PooledReads, all};
use crate::{db::Sql, rows::oauth_key};

impl OauthKeyReads for PooledReads {
    fn oauth_keys(&self) -> ReadResult<Vec<OauthKey>> {
        self.with(|connection| all(connection, &Sql::new(oauth_key::all())))
    }
}
