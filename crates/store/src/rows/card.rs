use cardium_cards::{
    CancelReason, Card, CardRecord, CardStatus, CardType, Controls, FreezeReason, Fulfilment,
    StoredPan, Wallet, WalletState, find_product,
};
use cardium_kernel::{AccountId, CardId, GrantId, StoreError};
use cardium_vault::{Expiry, PanFingerprint, Sealed};

use super::{Fields, Kind, Row, Table, Value, book, metadata::metadata, time};

impl Row for Card {
    const TABLE: Table = Table {
        name: "cards",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("book", Kind::Int),
            ("bin", Kind::Text),
            ("last4", Kind::Text),
            ("brand", Kind::Text),
            ("expiry", Kind::Text),
            ("card_type", Kind::Text),
            ("status", Kind::Text),
            ("freeze_reason", Kind::Text),
            ("label", Kind::Text),
            ("apple_pay", Kind::Text),
            ("google_pay", Kind::Text),
            ("controls", Kind::Text),
            ("fulfilment", Kind::Text),
            ("shipping", Kind::Bytes),
            ("metadata", Kind::Text),
            ("cancel_reason", Kind::Text),
            ("replaces", Kind::Id),
            ("replaced_by", Kind::Id),
            ("first_card", Kind::Id),
            ("last_card", Kind::Id),
            ("grant_id", Kind::Id),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
            ("version", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let noted = (!self.metadata.entries().is_empty()).then_some(&self.metadata);
        let sealed = self.shipping.as_ref().map(|sealed| sealed.to_bytes());
        let brand = find_product(&self.bin).map_or("", |product| product.brand.as_str());
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            book(self.book),
            Value::text(&self.bin),
            Value::text(&self.last4),
            Value::text(brand),
            Value::Text(self.expiry.yymm().into()),
            Value::text(self.card_type.as_str()),
            Value::text(self.status.as_str()),
            Value::optional(self.freeze_reason, |reason| Value::text(reason.as_str())),
            Value::optional(self.label.as_deref(), Value::text),
            Value::text(self.wallet.apple_pay.as_str()),
            Value::text(self.wallet.google_pay.as_str()),
            Value::optional(self.controls.to_text(), |text| Value::Text(text.into())),
            Value::optional(self.fulfilment, |state| Value::text(state.as_str())),
            Value::optional(sealed, |bytes| Value::Bytes(bytes.into())),
            Value::optional(noted, metadata),
            Value::optional(self.cancel_reason, |reason| Value::text(reason.as_str())),
            Value::optional(self.replaces, |id| Value::id(id.value())),
            Value::optional(self.replaced_by, |id| Value::id(id.value())),
            Value::optional(self.first, |id| Value::id(id.value())),
            Value::optional(self.last, |id| Value::id(id.value())),
            Value::optional(self.grant, |id| Value::id(id.value())),
            time(self.created_at),
            time(self.updated_at),
            Value::Int(self.version),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = CardId::new(fields.id()?);
        let account = AccountId::new(fields.id()?);
        let book = fields.book()?;
        let (bin, last4, _brand) = (fields.text()?, fields.text()?, fields.text()?);
        Ok(Self::restore(CardRecord {
            id,
            account,
            book,
            bin,
            last4,
            expiry: fields.word(|text| Expiry::parse(text).ok())?,
            card_type: fields.word(CardType::parse)?,
            status: fields.word(CardStatus::parse)?,
            freeze_reason: fields.optional(|fields| fields.word(FreezeReason::parse))?,
            label: fields.optional(Fields::text)?,
            wallet: Wallet {
                apple_pay: fields.word(WalletState::parse)?,
                google_pay: fields.word(WalletState::parse)?,
            },
            controls: fields
                .optional(|fields| fields.word(Controls::parse_text))?
                .unwrap_or_default(),
            fulfilment: fields.optional(|fields| fields.word(Fulfilment::parse))?,
            shipping: fields.optional(sealed)?.map(Box::new),
            metadata: fields.optional(Fields::metadata)?.unwrap_or_default(),
            cancel_reason: fields.optional(|fields| fields.word(CancelReason::parse))?,
            replaces: fields.optional(Fields::id)?.map(CardId::new),
            replaced_by: fields.optional(Fields::id)?.map(CardId::new),
            first: fields.optional(Fields::id)?.map(CardId::new),
            last: fields.optional(Fields::id)?.map(CardId::new),
            grant: fields.optional(Fields::id)?.map(GrantId::new),
            created_at: fields.time()?,
            updated_at: fields.time()?,
            version: fields.int()?,
        }))
    }
}

impl Row for StoredPan {
    const TABLE: Table = Table {
        name: "card_pans",
        columns: &[
            ("card_id", Kind::Id),
            ("account_id", Kind::Id),
            ("fingerprint", Kind::Bytes),
            ("sealed", Kind::Bytes),
        ],
    };

    fn key(&self) -> u128 {
        self.card.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.card.value()),
            Value::id(self.account.value()),
            Value::bytes(self.fingerprint.as_bytes()),
            Value::Bytes(self.sealed.to_bytes().into()),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let card = CardId::new(fields.id()?);
        let account = AccountId::new(fields.id()?);
        let fingerprint = PanFingerprint::from_bytes(fields.array()?);
        Ok(Self { card, account, fingerprint, sealed: sealed(fields)? })
    }
}

fn sealed(fields: &mut Fields) -> Result<Sealed, StoreError> {
    let bytes = fields.bytes()?;
    Sealed::from_bytes(&bytes).map_err(|_| fields.damaged("not a seal"))
}
