use cardium_kernel::Money;

use super::*;
use crate::causes::with_causes;

fn with(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let source =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let variables = Variables::with_prefix("CARDIUM")
        .prefix_separator("__")
        .separator("__")
        .source(Some(source));
    read(&Overrides::default(), variables)
}

#[test]
fn the_defaults_are_complete_and_valid() {
    let settings = with(&[]).unwrap();
    assert_eq!(settings.environment, Environment::Development);
    assert_eq!(settings.server.bind.port(), 8080);
    let policy = settings.policy().unwrap();
    assert_eq!(policy.load_fee, cardium_kernel::Rate::from_millionths(20_000));
    assert_eq!(policy.topup_maximum, Money::usd(10_000_000));
    assert_eq!((policy.api_keys_maximum, policy.webhooks_maximum), (100, 16));
    assert_eq!(policy.cards_maximum, 1_000);
}

#[test]
fn every_default_has_a_comment() {
    let mut commented = false;
    for line in DEFAULTS.lines() {
        let is_key = line.contains(" = ") && !line.starts_with('#');
        assert!(!is_key || commented, "no comment above: {line}");
        commented = line.starts_with('#');
    }
}

#[test]
fn the_environment_wins_over_the_defaults() {
    let settings = with(&[
        ("CARDIUM__SERVER__BIND", "127.0.0.1:0"),
        ("CARDIUM__LIMITS__TOPUP_MINIMUM", "5.50"),
        ("CARDIUM__ISO8583__ENABLED", "false"),
        ("CARDIUM__LOG__FORMAT", "json"),
        ("CARDIUM_KEY_KEK", "not a setting"),
    ]);
    let settings = settings.unwrap();
    assert_eq!(settings.server.bind.port(), 0);
    assert_eq!(settings.limits.topup_minimum, Dollars(Money::usd(550)));
    assert!(!settings.iso8583.enabled);
    assert_eq!(settings.log.format, LogFormat::Json);
    let url = |text| with(&[("CARDIUM__SERVER__PUBLIC_URL", text)]);
    let known = |text| url(text).unwrap().server.public_url.map(|url| url.to_string());
    assert_eq!(known("https://a.example").as_deref(), Some("https://a.example/"));
    assert_eq!(known("http://[::1]:8080").as_deref(), Some("http://[::1]:8080/"));
    assert_eq!(known(""), None);
    for wrong in ["http://a.example", "https://a.example/v1", "https://u@a.example", "a.example"] {
        assert!(url(wrong).is_err(), "{wrong}");
    }
    let proxies = with(&[("CARDIUM__SERVER__TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::1")]);
    let proxies = proxies.unwrap().server.trusted_proxies;
    let proxies: Vec<_> = proxies.iter().map(|proxy| proxy.0.to_string()).collect();
    assert_eq!(proxies, ["10.0.0.0/8", "2001:db8::1/128"]);
}

#[test]
fn flags_win_over_everything() {
    let overrides = Overrides {
        bind: Some("127.0.0.1:9".to_owned()),
        data_dir: Some(PathBuf::from("elsewhere")),
        ..Overrides::default()
    };
    let variables = Variables::with_prefix("CARDIUM").source(Some(config::Map::new()));
    let settings = read(&overrides, variables).unwrap();
    assert_eq!(settings.server.bind.port(), 9);
    assert_eq!(settings.server.data_dir, PathBuf::from("elsewhere"));
}

#[test]
fn errors_name_the_key() {
    for (name, value, mentions) in [
        ("CARDIUM__SERVER__BNID", "127.0.0.1:1", "bnid"),
        ("CARDIUM__SEVRER__BIND", "127.0.0.1:1", "sevrer"),
        ("CARDIUM__SERVER__BIND", "everywhere", "server.bind"),
        ("CARDIUM__DATABASE__POOL_SIZE", "many", "database.pool_size"),
        ("CARDIUM__DATABASE__POOL_SIZE", "0", "database.pool_size"),
        ("CARDIUM__LIMITS__TOPUP_MINIMUM", "0.001", "limits.topup_minimum"),
        ("CARDIUM__RAILS__CHAINS", "mainnet", "mainnet"),
        ("CARDIUM__WEBHOOKS__CONCURRENCY", "1", "webhooks.concurrency"),
        ("CARDIUM__WEBHOOKS__RETENTION_DAYS", "89", "webhooks.retention_days"),
        ("CARDIUM__WEBHOOKS__WARN_AFTER_HOURS", "0", "webhooks.warn_after_hours"),
        ("CARDIUM__WEBHOOKS__DISABLE_AFTER_HOURS", "48", "webhooks.disable_after_hours"),
        ("CARDIUM__SERVER__BODY_SECONDS", "0", "server.body_seconds"),
        ("CARDIUM__SERVER__TLS_KEY", "key.pem", "server.tls_certificate"),
        ("CARDIUM__SERVER__TLS_CERTIFICATE", "certificate.pem", "server.tls_key"),
        ("CARDIUM__SERVER__TRUSTED_PROXIES", "10.0.0.1/8", "the network is 10.0.0.0/8"),
        ("CARDIUM__RATE_LIMITS__PER_DAY", "0", "rate_limits.per_day"),
        ("CARDIUM__RATE_LIMITS__PER_SECOND", "1000001", "rate_limits.per_second"),
    ] {
        let error = with_causes(&with(&[(name, value)]).unwrap_err());
        assert!(error.contains(mentions), "{name}={value}: {error}");
    }
}

#[test]
fn the_database_password_is_not_printed() {
    let url = "postgres://cardium:hunter2@db/cardium";
    let settings = with(&[("CARDIUM__DATABASE__URL", url)]).unwrap();
    assert_eq!(settings.database.url.expose(), url);
    assert!(!format!("{settings:?}").contains("hunter2"));
}
