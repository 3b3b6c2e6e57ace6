use std::borrow::Cow;

use cardium_cards::{
    COUNT_MAXIMUM, COUNTRIES_MAXIMUM, Channel, ControlsPatch, MCC_RANGES_MAXIMUM, MccMode,
    MccRange, Patch, WindowPatch,
};
use cardium_kernel::{Country, ErrorCode, Money, Problem, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use validator::Validate;

use super::ObjectIn;
use crate::{
    amount::AmountIn,
    field::{invalid, moment, whole, word},
    text::Text,
    word::Word,
};

/// A field that may be absent, null or set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PatchIn<T>(Patch<T>);

impl<T> Default for PatchIn<T> {
    fn default() -> Self {
        Self(Patch::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for PatchIn<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::<T>::deserialize(deserializer)?;
        Ok(Self(value.map_or(Patch::Clear, Patch::Set)))
    }
}

impl<T: JsonSchema> JsonSchema for PatchIn<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

/// A number of transactions.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used")]
struct CountIn(#[schemars(range(min = 1, max = COUNT_MAXIMUM))] i64);

/// A merchant category code, or a range of them.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used")]
struct RangeIn(#[schemars(regex(pattern = "^[0-9]{4}(-[0-9]{4})?$"))] String);

/// A country, by its code (ISO 3166-1 alpha-2).
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used")]
struct CountryIn(#[schemars(regex(pattern = "^[A-Z]{2}$"))] String);

impl<T> PatchIn<T> {
    fn read<U>(self, parse: impl FnOnce(T) -> Result<U, Problem>) -> Result<Patch<U>, Problem> {
        Ok(match self.0 {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(value) => Patch::Set(parse(value)?),
        })
    }

    /// The value, where it changes; none where it goes.
    pub(crate) fn into_change<U>(
        self,
        parse: impl FnOnce(T) -> Result<U, Problem>,
    ) -> Result<Option<Option<U>>, Problem> {
        Ok(match self.read(parse)? {
            Patch::Keep => None,
            Patch::Clear => Some(None),
            Patch::Set(value) => Some(Some(value)),
        })
    }

    /// The value, where it changes; null is the value that restricts nothing.
    pub(crate) fn or_cleared(self, cleared: T) -> Option<T> {
        match self.0 {
            Patch::Keep => None,
            Patch::Clear => Some(cleared),
            Patch::Set(value) => Some(value),
        }
    }
}

/// How much a card may spend.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default)]
pub struct LimitsIn {
    per_transaction_usd: PatchIn<AmountIn>,
    daily_usd: PatchIn<AmountIn>,
    weekly_usd: PatchIn<AmountIn>,
    monthly_usd: PatchIn<AmountIn>,
    lifetime_usd: PatchIn<AmountIn>,
    #[schemars(with = "Option<CountIn>")]
    count_per_day: PatchIn<Value>,
    #[schemars(with = "Option<CountIn>")]
    count_per_week: PatchIn<Value>,
    #[schemars(with = "Option<CountIn>")]
    count_per_month: PatchIn<Value>,
    #[schemars(with = "Option<CountIn>")]
    count_lifetime: PatchIn<Value>,
}

impl LimitsIn {
    /// Adds the change; `within` is what stands before the names of the fields.
    ///
    /// # Errors
    /// `invalid_field` or `invalid_precision`.
    pub fn add_to(self, patch: &mut ControlsPatch, within: &str) -> Result<(), Problem> {
        let sum = |value: PatchIn<AmountIn>, name| amount(value, &format!("{within}{name}"));
        let number = |value: PatchIn<Value>, name| count(value, &format!("{within}{name}"));
        patch.per_transaction = sum(self.per_transaction_usd, "per_transaction_usd")?;
        patch.daily = WindowPatch {
            amount: sum(self.daily_usd, "daily_usd")?,
            count: number(self.count_per_day, "count_per_day")?,
        };
        patch.weekly = WindowPatch {
            amount: sum(self.weekly_usd, "weekly_usd")?,
            count: number(self.count_per_week, "count_per_week")?,
        };
        patch.monthly = WindowPatch {
            amount: sum(self.monthly_usd, "monthly_usd")?,
            count: number(self.count_per_month, "count_per_month")?,
        };
        patch.lifetime = WindowPatch {
            amount: sum(self.lifetime_usd, "lifetime_usd")?,
            count: number(self.count_lifetime, "count_lifetime")?,
        };
        Ok(())
    }
}

fn amount(value: PatchIn<AmountIn>, param: &str) -> Result<Patch<Money>, Problem> {
    value.read(|amount| amount.positive(param))
}

fn count(value: PatchIn<Value>, param: &str) -> Result<Patch<i64>, Problem> {
    value.read(|value| {
        let count = whole(&value).filter(|count| (1..=COUNT_MAXIMUM).contains(count));
        let rule = || invalid(param, &format!("must be a whole number from 1 to {COUNT_MAXIMUM}"));
        count.ok_or_else(rule)
    })
}

/// Which kinds of merchant a card takes.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default)]
#[schemars(extend("anyOf" = [
    {"properties": {"mode": {"type": "string"}}},
    {"properties": {"mccs": {"maxItems": 0}}},
]))]
pub struct MccIn {
    #[schemars(with = "Option<Word<MccMode>>")]
    mode: PatchIn<String>,
    #[schemars(with = "Option<Vec<RangeIn>>", length(max = MCC_RANGES_MAXIMUM))]
    mccs: PatchIn<Vec<String>>,
}

impl MccIn {
    /// Adds the change; `within` is what stands before the names of the fields. A mode of null
    /// without a list clears the rule.
    ///
    /// # Errors
    /// `invalid_field` or `invalid_mcc`.
    pub fn add_to(self, patch: &mut ControlsPatch, within: &str) -> Result<(), Problem> {
        let cleared = self.mode.0 == Patch::Clear;
        let param = format!("{within}mode");
        if cleared && matches!(&self.mccs.0, Patch::Set(mccs) if !mccs.is_empty()) {
            return Err(invalid(&param, "cannot be null beside a list"));
        }
        let mode = self.mode.read(|text| word(&text, &param, MccMode::parse, "allow, deny"))?;
        patch.mcc_mode = match mode {
            Patch::Set(mode) => Some(mode),
            Patch::Keep | Patch::Clear => None,
        };
        let param = format!("{within}mccs");
        let rule = format!("must have at most {MCC_RANGES_MAXIMUM} codes or ranges");
        let ranges = list(self.mccs, (&param, MCC_RANGES_MAXIMUM, &rule), mcc_range)?;
        patch.mcc_ranges = ranges.or_else(|| cleared.then(Vec::new));
        Ok(())
    }
}

fn mcc_range(text: &str, param: &str) -> Result<MccRange, Problem> {
    MccRange::parse(text).ok_or_else(|| {
        let message = format!("Field '{param}' must be four digits, or a range as 3000-3299.");
        Problem::field(ErrorCode::InvalidMcc, param, message)
    })
}

/// Where a card may be spent.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default)]
pub struct GeoIn {
    #[schemars(with = "Option<Vec<CountryIn>>", length(max = COUNTRIES_MAXIMUM))]
    allow_countries: PatchIn<Vec<String>>,
    #[schemars(with = "Option<Vec<CountryIn>>", length(max = COUNTRIES_MAXIMUM))]
    deny_countries: PatchIn<Vec<String>>,
}

impl GeoIn {
    /// Adds the change; `within` is what stands before the names of the fields.
    ///
    /// # Errors
    /// `invalid_field` or `invalid_country`.
    pub fn add_to(self, patch: &mut ControlsPatch, within: &str) -> Result<(), Problem> {
        let rule = format!("must have at most {COUNTRIES_MAXIMUM} countries");
        let countries = |field, name| {
            let param = format!("{within}{name}");
            list(field, (&param, COUNTRIES_MAXIMUM, &rule), country)
        };
        patch.allow_countries = countries(self.allow_countries, "allow_countries")?;
        patch.deny_countries = countries(self.deny_countries, "deny_countries")?;
        Ok(())
    }
}

/// Kosovo's code is in wide use, but ISO 3166-1 only leaves it to its users.
const USER_ASSIGNED: &str = "XK";

fn is_official(country: Country) -> bool {
    let code = country.as_str();
    code != USER_ASSIGNED && celes::Country::from_alpha2(code).is_ok()
}

/// A country of the official list.
///
/// # Errors
/// `invalid_country`.
pub(crate) fn country(text: &str, param: &str) -> Result<Country, Problem> {
    Country::parse(text).filter(|country| is_official(*country)).ok_or_else(|| {
        let message = format!("Field '{param}' must be an ISO 3166-1 alpha-2 code such as DE.");
        Problem::field(ErrorCode::InvalidCountry, param, message)
    })
}

/// The items of a list that changes, each read with its place in its name; null is empty.
fn list<T>(
    field: PatchIn<Vec<String>>,
    (param, most, rule): (&str, usize, &str),
    parse: impl Fn(&str, &str) -> Result<T, Problem>,
) -> Result<Option<Vec<T>>, Problem> {
    let Some(items) = field.or_cleared(Vec::new()) else { return Ok(None) };
    if items.len() > most {
        return Err(invalid(param, rule));
    }
    let items = items.iter().enumerate();
    items
        .map(|(at, text)| parse(text, &format!("{param}[{at}]")))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// How a card may be used.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default)]
pub struct ControlsIn {
    single_use: PatchIn<bool>,
    merchant_lock: PatchIn<bool>,
    #[schemars(with = "Option<Text<Timestamp>>")]
    expires_at: PatchIn<String>,
    channels: PatchIn<ObjectIn<ChannelsIn>>,
}

/// Whether a card may be presented through a channel; null opens it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ChannelsIn {
    ecommerce: PatchIn<bool>,
    contactless: PatchIn<bool>,
    atm: PatchIn<bool>,
    magstripe: PatchIn<bool>,
    #[schemars(extend("enum" = [true, null]))]
    chip: PatchIn<bool>,
}

impl ControlsIn {
    /// Adds the change; `within` is what stands before the names of the fields.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn add_to(self, patch: &mut ControlsPatch, within: &str) -> Result<(), Problem> {
        patch.single_use = self.single_use.or_cleared(false);
        patch.merchant_lock = self.merchant_lock.or_cleared(false);
        let param = format!("{within}expires_at");
        patch.expires_at = self.expires_at.read(|text| moment(&text, &param))?;
        patch.channels = match self.channels.0 {
            Patch::Keep => Vec::new(),
            Patch::Clear => Channel::BLOCKABLE.map(|channel| (channel, true)).to_vec(),
            Patch::Set(ObjectIn(channels)) => channels.read(within)?,
        };
        Ok(())
    }
}

impl ChannelsIn {
    fn read(self, within: &str) -> Result<Vec<(Channel, bool)>, Problem> {
        if self.chip.or_cleared(true) == Some(false) {
            let rule = "must be true: a card without its chip is frozen instead";
            return Err(invalid(&format!("{within}channels.chip"), rule));
        }
        let fields = [
            (Channel::Ecommerce, self.ecommerce),
            (Channel::Contactless, self.contactless),
            (Channel::Atm, self.atm),
            (Channel::Magstripe, self.magstripe),
        ];
        let changed = |(channel, open): (Channel, PatchIn<bool>)| {
            open.or_cleared(true).map(|open| (channel, open))
        };
        Ok(fields.into_iter().filter_map(changed).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    fn read<T: DeserializeOwned + Validate>(
        json: &str,
        add: impl Fn(T, &mut ControlsPatch) -> Result<(), Problem>,
    ) -> Result<ControlsPatch, Problem> {
        let mut patch = ControlsPatch::default();
        let input = crate::body::Body::parse(json.as_bytes())?.read::<T>()?;
        add(input, &mut patch).map(|()| patch)
    }

    fn limits(json: &str) -> Result<ControlsPatch, Problem> {
        read::<LimitsIn>(json, |input, patch| input.add_to(patch, ""))
    }

    fn mcc(json: &str) -> Result<ControlsPatch, Problem> {
        read::<MccIn>(json, |input, patch| input.add_to(patch, "mcc."))
    }

    fn geo(json: &str) -> Result<ControlsPatch, Problem> {
        read::<GeoIn>(json, |input, patch| input.add_to(patch, ""))
    }

    fn controls(json: &str) -> Result<ControlsPatch, Problem> {
        read::<ControlsIn>(json, |input, patch| input.add_to(patch, ""))
    }

    #[test]
    fn absent_stays_and_null_clears() {
        let patch = limits(r#"{"daily_usd":"10.50","weekly_usd":null,"count_per_day":3}"#).unwrap();
        assert_eq!(patch.daily.amount, Patch::Set(Money::usd(1_050)));
        assert_eq!(patch.daily.count, Patch::Set(3));
        assert_eq!((patch.weekly.amount, patch.monthly.amount), (Patch::Clear, Patch::Keep));
        let none = ControlsPatch::default();
        assert_eq!(
            [limits("{}"), mcc("{}"), geo("{}"), controls("{}")],
            [(); 4].map(|()| Ok(none.clone()))
        );
        assert_eq!(mcc(r#"{"mode":null}"#).unwrap().mcc_ranges, Some(Vec::new()));
        assert_eq!(mcc(r#"{"mccs":null}"#).unwrap().mcc_ranges, Some(Vec::new()));
        assert_eq!(geo(r#"{"allow_countries":[]}"#).unwrap().allow_countries, Some(Vec::new()));
        let open = controls(r#"{"channels":null,"single_use":null}"#).unwrap();
        assert_eq!((open.channels.len(), open.single_use), (4, Some(false)));
    }

    #[test]
    fn only_official_countries_pass() {
        assert!(geo(r#"{"allow_countries":["DE","US","XK"]}"#).is_err());
        let patch = geo(r#"{"deny_countries":["DE","US","SS"]}"#).unwrap();
        assert_eq!(patch.deny_countries.map(|countries| countries.len()), Some(3));
    }

    #[test]
    fn refusals_name_the_field() {
        let many = format!(r#"{{"mccs":["5411"{}]}}"#, r#","5411""#.repeat(500));
        for (read, code, param) in [
            (limits(r#"{"daily_usd":0}"#), ErrorCode::InvalidField, "daily_usd"),
            (limits(r#"{"daily_usd":true}"#), ErrorCode::InvalidField, "daily_usd"),
            (limits(r#"{"daily_usd":0.001}"#), ErrorCode::InvalidPrecision, "daily_usd"),
            (limits(r#"{"count_per_week":1.5}"#), ErrorCode::InvalidField, "count_per_week"),
            (limits(r#"{"count_lifetime":1000001}"#), ErrorCode::InvalidField, "count_lifetime"),
            (mcc(r#"{"mode":"block"}"#), ErrorCode::InvalidField, "mcc.mode"),
            (mcc(r#"{"mccs":["5411","54"]}"#), ErrorCode::InvalidMcc, "mcc.mccs[1]"),
            (mcc(r#"{"mode":null,"mccs":["5411"]}"#), ErrorCode::InvalidField, "mcc.mode"),
            (mcc(&many), ErrorCode::InvalidField, "mcc.mccs"),
            (geo(r#"{"deny_countries":["ZZ"]}"#), ErrorCode::InvalidCountry, "deny_countries[0]"),
            (geo(r#"{"deny_countries":["de"]}"#), ErrorCode::InvalidCountry, "deny_countries[0]"),
            (geo(r#"{"deny_countries":"DE"}"#), ErrorCode::InvalidField, "deny_countries"),
            (controls(r#"{"expires_at":"soon"}"#), ErrorCode::InvalidField, "expires_at"),
            (controls(r#"{"channels":{"chip":false}}"#), ErrorCode::InvalidField, "channels.chip"),
            (controls(r#"{"channels":[false]}"#), ErrorCode::InvalidField, "channels"),
            (controls(r#"{"channels":{"atm":"no"}}"#), ErrorCode::InvalidField, "channels.atm"),
        ] {
            let problem = read.unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)));
        }
    }
}
