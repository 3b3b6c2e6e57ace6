use cardium_accounts::{
    Account, AccountRecord, Attempts, Authenticator, Email, Notifications, PasswordHash,
    RecoveryCodes, SealedSecret, Streak, TwoFactor,
};
use cardium_kernel::{AccountId, StoreError};

use super::{Fields, Kind, Row, Table, Value, time};

impl Row for Account {
    const TABLE: Table = Table {
        name: "accounts",
        columns: &[
            ("id", Kind::Id),
            ("email", Kind::Text),
            ("password", Kind::Text),
            ("notifications", Kind::Int),
            ("session_generation", Kind::Int),
            ("totp_secret", Kind::Bytes),
            ("totp_last_step", Kind::Int),
            ("recovery_codes", Kind::Bytes),
            ("recovery_used", Kind::Int),
            ("sign_in_failures", Kind::Int),
            ("sign_in_failed_at", Kind::Int),
            ("password_failures", Kind::Int),
            ("password_failed_at", Kind::Int),
            ("code_failures", Kind::Int),
            ("code_failed_at", Kind::Int),
            ("locked_at", Kind::Int),
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
        let mut values = vec![
            Value::id(self.id.value()),
            Value::text(self.email.as_str()),
            Value::text(self.password.expose()),
            Value::Int(self.notifications.bits()),
            Value::Int(self.session_generation),
        ];
        values.extend(encode_two_factor(&self.two_factor));
        let Attempts { sign_in, password, code } = self.attempts;
        for streak in [sign_in, password, code] {
            values.extend([Value::Int(streak.failures), time(streak.last_at)]);
        }
        values.push(Value::optional(self.locked_at, time));
        values.extend([time(self.created_at), time(self.updated_at), Value::Int(self.version)]);
        values
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self::restore(AccountRecord {
            id: AccountId::new(fields.id()?),
            email: fields.word(|text| Email::parse(text).ok())?,
            password: PasswordHash::from_phc(fields.text()?),
            notifications: Notifications::from_bits(fields.int()?),
            session_generation: fields.int()?,
            two_factor: decode_two_factor(fields)?,
            attempts: Attempts {
                sign_in: decode_streak(fields)?,
                password: decode_streak(fields)?,
                code: decode_streak(fields)?,
            },
            locked_at: fields.optional(Fields::time)?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
            version: fields.int()?,
        }))
    }
}

/// Without a secret it is off; with a last step it is on.
fn encode_two_factor(two_factor: &TwoFactor) -> [Value<'_>; 4] {
    let (secret, authenticator) = match two_factor {
        TwoFactor::Off => (None, None),
        TwoFactor::Pending(secret) => (Some(secret), None),
        TwoFactor::On(authenticator) => (Some(&authenticator.secret), Some(authenticator)),
    };
    let recovery = authenticator.map(|found| &found.recovery);
    [
        Value::optional(secret, |secret| Value::bytes(secret.as_bytes())),
        Value::optional(authenticator, |found| Value::Int(found.last_step)),
        Value::optional(recovery, |codes| Value::Bytes(codes.hashes().concat().into())),
        Value::optional(recovery, |codes| Value::Int(codes.used())),
    ]
}

fn decode_two_factor(fields: &mut Fields) -> Result<TwoFactor, StoreError> {
    let secret = fields.optional(Fields::bytes)?.map(SealedSecret::new);
    let last_step = fields.optional(Fields::int)?;
    let hashes = fields.optional(Fields::bytes)?.unwrap_or_default();
    let used = fields.optional(Fields::int)?.unwrap_or_default();
    let (hashes, rest) = hashes.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(fields.damaged("recovery codes are hashes of 32 bytes"));
    }
    Ok(match (secret, last_step) {
        (None, _) => TwoFactor::Off,
        (Some(secret), None) => TwoFactor::Pending(secret),
        (Some(secret), Some(last_step)) => {
            let recovery = RecoveryCodes::restore(hashes.to_vec(), used);
            TwoFactor::On(Authenticator { secret, last_step, recovery })
        }
    })
}

fn decode_streak(fields: &mut Fields) -> Result<Streak, StoreError> {
    Ok(Streak { failures: fields.int()?, last_at: fields.time()? })
}
