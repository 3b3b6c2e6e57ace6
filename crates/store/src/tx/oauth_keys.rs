use cardium_app::access_tokens::{OauthKey, OauthKeyStore};
use cardium_kernel::{StoreError, Timestamp};

use super::BatchTx;
use crate::{
    batch::insert_rows,
    db::Sql,
    rows::{Row, oauth_key, time},
};

impl OauthKeyStore for BatchTx<'_> {
    fn take_oauth_keys(&mut self) -> Result<Vec<OauthKey>, StoreError> {
        let connection = self.cold()?;
        let lock = if connection.is_postgres() { " FOR NO KEY UPDATE" } else { "" };
        let text = format!("SELECT rotated_at FROM oauth_key_rotation WHERE id = 1{lock}");
        connection.integer(&Sql::new(text))?;
        let records = connection.select(&Sql::new(oauth_key::all()), &OauthKey::TABLE.kinds())?;
        records.into_iter().map(OauthKey::read).collect()
    }

    fn replace_oauth_keys(&mut self, keys: &[OauthKey], now: Timestamp) -> Result<(), StoreError> {
        let connection = self.cold()?;
        connection.execute(&Sql::new("DELETE FROM oauth_keys"))?;
        insert_rows(connection, keys)?;
        let text = "UPDATE oauth_key_rotation SET rotated_at = ? WHERE id = 1";
        connection.execute(&Sql::new(text).bind(time(now)))?;
        Ok(())
    }
}
