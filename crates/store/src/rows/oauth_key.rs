use cardium_app::access_tokens::{KeyState, OauthKey};
use cardium_kernel::{StoreError, digest128};
use cardium_vault::{Sealed, jwt::PublicJwk};

use super::{Fields, Kind, Row, Table, Value, time};

/// The most keys that are read. There are three at most, but for an operator who rotates them by
/// hand again and again within the hours for which a key retires.
const MOST: usize = 100;

/// All keys, the oldest first.
pub(crate) fn all() -> String {
    let list = OauthKey::TABLE.list();
    format!("SELECT {list} FROM oauth_keys ORDER BY created_at, kid LIMIT {MOST}")
}

impl Row for OauthKey {
    const TABLE: Table = Table {
        name: "oauth_keys",
        columns: &[
            ("kid", Kind::Text),
            ("state", Kind::Text),
            ("public_key", Kind::Text),
            ("sealed", Kind::Bytes),
            ("created_at", Kind::Int),
            ("activated_at", Kind::Int),
            ("leaves_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        digest128(&[self.public.kid().as_bytes()])
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::text(self.public.kid()),
            Value::text(self.state.as_str()),
            Value::Text(self.public.to_text().into()),
            Value::Bytes(self.sealed.to_bytes().into()),
            time(self.created_at),
            Value::optional(self.activated_at, time),
            Value::optional(self.leaves_at, time),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let kid = fields.text()?;
        let state = fields.word(KeyState::parse)?;
        let public = PublicJwk::from_text(&fields.text()?).ok();
        let public = public.filter(|public| public.kid() == kid);
        let sealed = Sealed::from_bytes(&fields.bytes()?);
        Ok(Self {
            public: public.ok_or_else(|| fields.damaged("no public key of this id"))?,
            sealed: sealed.map_err(|_| fields.damaged("no sealed key"))?,
            state,
            created_at: fields.time()?,
            activated_at: fields.optional(Fields::time)?,
            leaves_at: fields.optional(Fields::time)?,
        })
    }
}
