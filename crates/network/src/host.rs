//! The programme's end of the line: bytes of a request in, bytes of its response out.

use std::{fmt, sync::Arc, time::Duration};

use cardium_app::{
    Actor, CommandError, Database, Edge, Lane,
    network::{Replied, Settled},
    perform,
};
use cardium_authorizations::Transaction;
use cardium_iso8583::{DecodeReason, Message, WireBytes, WireFormat, decode, encode};
use cardium_kernel::{AuthorizationId, ErrorCode};
use cardium_vault::Keys;

use crate::{
    DecisionHook, Session, answer, codes,
    kind::Kind,
    translate::{Command, Refusal, translate},
};

/// How a host talks to its peers.
#[derive(Debug, Clone, Copy)]
pub struct HostSettings {
    /// How messages are written.
    pub format: WireFormat,
    /// How long a request may wait for the write path before it is given up.
    pub patience: Duration,
    /// Whether a peer need not sign on.
    pub starts_signed_on: bool,
    /// How a wrong CVV2 is declined.
    pub cvv_decline_code: CvvDeclineCode,
}

/// DE 39 of a decline for a wrong CVV2, on which the networks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CvvDeclineCode {
    /// 05, do not honour.
    #[default]
    DoNotHonour,
    /// N7, as Visa has it.
    CvvFailure,
    /// 82, as Mastercard and others have it.
    IncorrectCvv,
}

impl CvvDeclineCode {
    pub(crate) const ALL: [Self; 3] = [Self::DoNotHonour, Self::CvvFailure, Self::IncorrectCvv];

    /// The two characters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DoNotHonour => "05",
            Self::CvvFailure => "N7",
            Self::IncorrectCvv => "82",
        }
    }
}

/// Answers the card network.
#[derive(Clone)]
pub struct Host {
    /// The write path.
    pub database: Arc<dyn Database>,
    /// The clock, the random generator and the policy.
    pub edge: Edge,
    /// The keys that PANs are looked up and CVV2 are derived with.
    pub keys: Arc<Keys>,
    /// How it talks to its peers.
    pub settings: HostSettings,
    /// The operator's own say; none where there is no endpoint.
    pub hook: Option<Arc<dyn DecisionHook>>,
}

/// What to do on the line.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// Send these bytes, without a frame header.
    Send(WireBytes),
    /// Send nothing: the message is not one that is answered, or its sender is to repeat it.
    Nothing,
    /// Close the connection: what came is not a message, so nothing after it can be trusted.
    Close(DecodeReason),
}

/// A request that needs the database.
#[derive(Debug)]
pub struct Pending(Arc<Message>);

/// What came of reading one frame.
#[derive(Debug)]
pub enum Received {
    /// It is settled.
    Done(Reply),
    /// It is to be settled by [`Host::settle`].
    Pending(Pending),
}

/// What came of a request.
#[derive(Debug)]
pub struct Exchanged {
    /// What to do on the line.
    pub reply: Reply,
    /// The step that the request left, if any.
    pub transaction: Option<Transaction>,
    /// Why the programme could not serve the request, for the log.
    pub failure: Option<CommandError>,
}

impl Host {
    /// The same host for a peer with other settings.
    #[must_use]
    pub fn with_settings(&self, settings: HostSettings) -> Self {
        Self { settings, ..self.clone() }
    }

    /// The state of a new connection.
    #[must_use]
    pub const fn session(&self) -> Session {
        if self.settings.starts_signed_on { Session::signed_on() } else { Session::signed_off() }
    }

    /// Reads one message and answers what needs no database. Call it in the order of arrival, so
    /// that what follows a sign-on finds it done; requests are then settled in any order.
    #[must_use]
    pub fn receive(&self, session: &Session, payload: &[u8]) -> Received {
        let format = &self.settings.format;
        let message = match decode(payload, format) {
            Ok(message) => message,
            Err(error) => {
                let answer = error
                    .answerable()
                    .and_then(|partial| answer::plain(partial, codes::FORMAT_ERROR, format));
                let reply = answer.map_or(Reply::Close(error.reason), Reply::Send);
                return Received::Done(reply);
            }
        };
        let code = match Kind::of(&message) {
            Kind::Management => manage(session, &message),
            _ if message.mti().response().is_none() => return Received::Done(Reply::Nothing),
            _ if !session.is_signed_on() => codes::UNAVAILABLE,
            Kind::Other => codes::INVALID_TRANSACTION,
            Kind::Authorization | Kind::Advice | Kind::Single | Kind::Clearing | Kind::Reversal => {
                return Received::Pending(Pending(Arc::new(message)));
            }
        };
        Received::Done(self.plain(&message, code))
    }

    /// Settles a request in one transaction, or in two where the operator has a say. An
    /// authorization that is answered too late keeps its hold: the network takes it back with a
    /// reversal.
    pub async fn settle(&self, pending: Pending) -> Exchanged {
        let request = pending.0;
        let id = AuthorizationId::new(self.edge.mint());
        let cvv = self.settings.cvv_decline_code;
        let command = match translate(&request, &self.keys, cvv, id) {
            Ok(command) => command,
            Err(Refusal(code)) => return self.plain(&request, code).into(),
        };
        match self.run(&request, command).await {
            Ok(None) => Reply::Nothing.into(),
            Ok(Some(Settled { reply, transaction })) => {
                Exchanged { reply: self.deliver(&request, &reply), transaction, failure: None }
            }
            Err(failure) => Exchanged {
                reply: self.apologize(&request, &failure),
                transaction: None,
                failure: Some(failure),
            },
        }
    }

    /// [`Self::receive`] and [`Self::settle`] in one.
    pub async fn exchange(&self, session: &Session, payload: &[u8]) -> Exchanged {
        match self.receive(session, payload) {
            Received::Done(reply) => reply.into(),
            Received::Pending(pending) => self.settle(pending).await,
        }
    }

    /// Answers one message.
    pub async fn respond(&self, session: &Session, payload: &[u8]) -> Reply {
        self.exchange(session, payload).await.reply
    }

    /// What came of a command; none where its sender is to ask again.
    async fn run(
        &self,
        request: &Message,
        command: Command,
    ) -> Result<Option<Settled>, CommandError> {
        let context = self.edge.context(Actor::Network, None);
        let queue = (Lane::NetworkAdvice, self.settings.patience);
        let database = self.database.as_ref();
        let settled = match command {
            Command::Authorize(command) => return self.authorize(request, command).await,
            Command::Advise(command) => perform(database, queue, context, command).await,
            Command::Clear(command) => perform(database, queue, context, command).await,
            Command::Refund(command) => perform(database, queue, context, command).await,
            Command::Reverse(command) => perform(database, queue, context, command).await,
        };
        settled.map(Some)
    }

    fn deliver(&self, request: &Message, replied: &Replied) -> Reply {
        let stored = match replied {
            Replied::Duplicate => return self.plain(request, codes::DUPLICATE),
            Replied::Bytes(bytes) => bytes,
        };
        match answer::restored(request, stored) {
            Some(response) => Reply::Send(encode(&response, &self.settings.format)),
            None => self.plain(request, codes::SYSTEM_ERROR),
        }
    }

    /// Overload and outages pass: whoever asks for a decision must have one now, whoever tells
    /// what has happened repeats it until it is acknowledged.
    fn apologize(&self, request: &Message, failure: &CommandError) -> Reply {
        if matches!(failure, CommandError::Unknown(_)) {
            // A decline would be a lie if the hold was taken: without an answer the network
            // reverses, or repeats and gets the stored answer.
            return Reply::Nothing;
        }
        let passes = matches!(failure, CommandError::Problem(problem)
            if problem.code == ErrorCode::ServiceUnavailable);
        match (passes, Kind::of(request).is_told()) {
            (true, true) => Reply::Nothing,
            (true, false) => self.plain(request, codes::UNAVAILABLE),
            (false, _) => self.plain(request, codes::SYSTEM_ERROR),
        }
    }

    fn plain(&self, request: &Message, code: &str) -> Reply {
        let answer = answer::plain(request, code, &self.settings.format);
        answer.map_or(Reply::Nothing, Reply::Send)
    }
}

/// Does what DE 70 asks and gives the response code.
fn manage(session: &Session, message: &Message) -> &'static str {
    match message.get(70) {
        Some("001") => session.sign_on(),
        Some("002") => session.sign_off(),
        // An echo test, and key exchanges by either numbering.
        Some("301" | "101" | "161") => {}
        Some(_) => return codes::INVALID_TRANSACTION,
        None => return codes::FORMAT_ERROR,
    }
    codes::APPROVED
}

impl From<Reply> for Exchanged {
    fn from(reply: Reply) -> Self {
        Self { reply, transaction: None, failure: None }
    }
}

/// Shows no bytes: a response repeats the PAN.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(bytes) => write!(f, "Send({} bytes)", bytes.len()),
            Self::Nothing => f.write_str("Nothing"),
            Self::Close(reason) => write!(f, "Close({reason})"),
        }
    }
}
