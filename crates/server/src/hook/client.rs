use std::{sync::Arc, time::Duration};

use cardium_api_v1::decision_hook::{answer, question_body};
use cardium_app::network::Question;
use cardium_authorizations::HookAnswer;
use cardium_kernel::Clock;
use cardium_webhooks::{SigningSecret, signature_header};
use reqwest::{Response, StatusCode, redirect};

use crate::settings;

/// Beyond this an answer is none: the two that exist have 22 bytes.
const ANSWER_BYTES: usize = 4 * 1024;
/// Connections that nobody used for so long are closed, before a balancer in between does so and
/// the next question meets a dead one.
const IDLE: Duration = Duration::from_secs(30);
const USER_AGENT: &str = concat!("Cardium/", env!("CARGO_PKG_VERSION"));

/// Why there is no answer. The texts have neither the URL nor what was answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum HookError {
    /// The exchange failed.
    #[error("the decision endpoint could not be asked")]
    Exchange(#[source] reqwest::Error),
    /// It answered with another status than 200.
    #[error("the decision endpoint answered {0}")]
    Status(StatusCode),
    /// What it answered is no decision.
    #[error("the decision endpoint's answer is no decision")]
    Unreadable,
    /// It did not answer within its time.
    #[error("the decision endpoint did not answer in time")]
    Late,
    /// The task that asked broke off.
    #[error("the question broke off")]
    Broken(#[source] tokio::task::JoinError),
}

/// Signs questions and reads answers.
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
    secret: SigningSecret,
    clock: Arc<dyn Clock>,
}

impl Client {
    /// A client that gives up after `timeout`.
    pub(super) fn try_new(
        settings: &settings::DecisionHook,
        timeout: Duration,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, reqwest::Error> {
        let builder = || {
            reqwest::Client::builder()
                .user_agent(USER_AGENT)
                .timeout(timeout)
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(settings.max_at_once)
                .redirect(redirect::Policy::none())
                .no_proxy()
                .referer(false)
        };
        let http = match builder().build() {
            // A machine without CA certificates can still be developed on.
            Err(_) if settings.url.starts_with("http:") => builder().tls_certs_only([]).build()?,
            built => built?,
        };
        let secret = SigningSecret::restore(settings.secret.expose().to_owned());
        Ok(Self { http, url: settings.url.clone(), secret, clock })
    }

    /// Asks once.
    pub(super) async fn ask(&self, question: &Question) -> Result<HookAnswer, HookError> {
        let body = question_body(question);
        let signature = signature_header(&self.secret, self.clock.now(), &body);
        let request = self
            .http
            .post(&self.url)
            .header("Content-Type", "application/json")
            .header("Cryptocardium-Signature", signature)
            .body(body);
        let response = request.send().await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            return Err(HookError::Status(response.status()));
        }
        let body = read(response).await?;
        answer(&body).ok_or(HookError::Unreadable)
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, HookError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len().saturating_add(chunk.len()) > ANSWER_BYTES {
            return Err(HookError::Unreadable);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn failed(error: reqwest::Error) -> HookError {
    HookError::Exchange(error.without_url())
}
